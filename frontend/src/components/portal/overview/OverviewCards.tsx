"use client";

import Link from "next/link";
import { toneOf } from "@/components/monitoring/GlobalStats";
import { type Stat, StatGrid } from "@/components/monitoring/StatGrid";
import { useI18n } from "@/i18n/I18nProvider";
import { seconds } from "@/lib/portal/days";
import type { Environment, Overview } from "@/lib/portal/types";
import classes from "./Overview.module.css";

export function OverviewCards({ overview, environment }: { overview: Overview; environment: Environment }) {
  const { t, tn, format } = useI18n();
  const { credits } = overview;
  const errors = overview.days.reduce((sum, day) => sum + day.errors, 0);
  const stats: Stat[] = [
    { label: t("portal.callsToday"), value: format.integer(overview.calls_today), detail: t("portal.calls30d", { count: format.integer(overview.calls_30d) }) },
    {
      label: t("charts.errorRate"),
      value: format.percent(overview.error_rate_30d),
      detail: `${tn("monitoring.errorCount", errors)}, ${t("portal.in30d")}`,
      tone: toneOf(overview.error_rate_30d),
    },
    { label: t("portal.p95"), value: format.duration(seconds(overview.p95_latency_ms_30d)), detail: t("portal.p95Hint") },
    {
      label: t("portal.creditsLeft"),
      value: format.integer(credits.current_credits),
      detail: (
        <>
          {environment === "test" ? t("portal.testFree") : t("portal.spent", { count: format.integer(credits.month_consumed) })}{" "}
          <Link href="/credits" className={classes.link}>
            {credits.alert ? t("portal.creditsLow") : t("portal.seeCredits")}
          </Link>
        </>
      ),
      tone: credits.current_credits <= 0 ? "bad" : credits.alert ? "warn" : undefined,
    },
  ];
  return <StatGrid stats={stats} label={t("portal.overviewTitle")} />;
}
