"use client";

import { useI18n } from "@/i18n/I18nProvider";
import { type LimitsDraft, effectiveLimits } from "@/lib/portal/limits";
import classes from "./Limits.module.css";

interface LimitsOutcomeProps {
  draft: LimitsDraft;
  planLimit: number;
  planTitle: string;
}

/** What the chosen limits come to: the pace, the most calls a day, and which of them decides that. */
export function LimitsOutcome({ draft, planLimit, planTitle }: LimitsOutcomeProps) {
  const { t, format } = useI18n();
  const { perMinute, dailyCeiling, binding, planApplies } = effectiveLimits(draft, planLimit);
  return (
    <section className={classes.outcome} aria-live="polite" aria-label={t("limits.outcome")}>
      <dl className={classes.figures}>
        <div>
          <dt>{t("limits.perMinute")}</dt>
          <dd className="tnum">{format.integer(perMinute)}</dd>
        </div>
        <div>
          <dt>{t("limits.ceiling")}</dt>
          <dd className="tnum">{format.integer(dailyCeiling)}</dd>
        </div>
        <div>
          <dt>{t("limits.binding")}</dt>
          <dd>{t(`limits.binding_${binding}`, { plan: planTitle })}</dd>
        </div>
      </dl>
      <p className={classes.note}>
        {planApplies
          ? t("limits.planApplies", { plan: planTitle, limit: format.integer(planLimit) })
          : t("limits.planLifted", { plan: planTitle, limit: format.integer(planLimit) })}
      </p>
    </section>
  );
}
