"use client";

import Link from "next/link";
import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import { consumption } from "@/lib/portal/consumption";
import type { Credits } from "@/lib/portal/types";
import classes from "./Credits.module.css";

export function BalancePanel({ credits, withPlansLink }: { credits: Credits; withPlansLink: boolean }) {
  const { t, format } = useI18n();
  const { month, plan } = credits;
  const facts = [
    [t("credits.consumed"), format.integer(month.consumed)],
    [t("credits.calls"), format.integer(month.calls)],
    [t("credits.granted"), format.integer(month.granted)],
    [t("credits.onHold"), format.integer(credits.on_hold)],
  ] as const;
  return (
    <Panel
      title={t("credits.balance")}
      hint={t("credits.planLine", { plan: plan.title, credits: format.integer(plan.monthly_credits), limit: format.integer(plan.calls_per_minute) })}
      aside={
        withPlansLink ? (
          <Link href="/billing" className={classes.link}>
            {t("credits.comparePlans")}
          </Link>
        ) : null
      }
    >
      <div className={classes.amount}>
        <span className={`tnum ${classes.number}`}>{format.integer(credits.current_credits)}</span>
        <span className={classes.unit}>{t("credits.left")}</span>
      </div>
      <Meter credits={credits} />
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="tnum">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

/** How much of the month's credits is gone. From 80 % on it says so in a word and a pattern, not in colour alone. */
function Meter({ credits }: { credits: Credits }) {
  const { t, format } = useI18n();
  const { percent, state } = consumption(credits);
  const text = t("credits.used", { share: format.percent(percent, percent < 1 ? 2 : 0) });
  return (
    <div className={classes.meter} data-state={state}>
      <div className={classes.track} role="progressbar" aria-label={t("credits.meter")} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(percent)} aria-valuetext={`${text} ${t(`credits.state_${state}`)}`}>
        <span className={classes.fill} style={{ width: `${percent}%` }} />
      </div>
      <div className={classes.meterText}>
        <span className="tnum">{text}</span>
        <strong>{t(`credits.state_${state}`)}</strong>
      </div>
    </div>
  );
}
