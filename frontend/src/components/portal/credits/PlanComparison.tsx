"use client";

import { useI18n } from "@/i18n/I18nProvider";
import { PLANS, planNamed } from "@/lib/portal/plans";
import classes from "./Credits.module.css";

/** What the plans offer, side by side, with the account's own marked. */
export function PlanComparison({ current }: { current: string }) {
  const { t, format } = useI18n();
  const own = planNamed(current).name;
  return (
    <section className={classes.section} aria-labelledby="plans">
      <h2 id="plans" className={classes.heading}>
        {t("credits.plans")}
      </h2>
      <ul className={classes.plans}>
        {PLANS.map((plan) => (
          <li key={plan.name} className={classes.plan} aria-current={plan.name === own ? "true" : undefined}>
            <div className={classes.planHead}>
              <h3 className={classes.planName}>{plan.title}</h3>
              {plan.name === own ? <span className={classes.own}>{t("credits.yourPlan")}</span> : null}
            </div>
            <div className={`tnum ${classes.planCredits}`}>{format.integer(plan.monthlyCredits)}</div>
            <div className={classes.unit}>{t("credits.aMonth")}</div>
            <dl className={classes.rows}>
              <div>
                <dt>{t("credits.planRate")}</dt>
                <dd className="tnum">{format.integer(plan.callsPerMinute)}</dd>
              </div>
              <div>
                <dt>{t("credits.planBurst")}</dt>
                <dd className="tnum">{format.integer(plan.burstMax)}</dd>
              </div>
              <div>
                <dt>{t("credits.planDaily")}</dt>
                <dd className="tnum">{format.integer(plan.dailyQuotaMax)}</dd>
              </div>
            </dl>
          </li>
        ))}
      </ul>
      <p className={classes.unit}>{t("credits.planChange")}</p>
    </section>
  );
}
