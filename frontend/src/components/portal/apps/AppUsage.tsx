"use client";

import { errorRate } from "@/components/monitoring/charts/chartData";
import { toneOf } from "@/components/monitoring/GlobalStats";
import { StatsSkeleton } from "@/components/monitoring/Skeletons";
import { type Stat, StatGrid } from "@/components/monitoring/StatGrid";
import { QueryView } from "@/components/ui/QueryView";
import { useAppUsage } from "@/hooks/useApps";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import { averageSeconds } from "@/lib/portal/days";
import type { App, UsageDay } from "@/lib/portal/types";
import { CHART_DAYS, DailyCharts } from "../shared/DailyCharts";

/** What all keys of the app have done in 30 days. */
export function AppUsage({ app }: { app: App }) {
  const i18n = useI18n();
  const query = useAppUsage(app.id, CHART_DAYS);
  return (
    <QueryView query={query} skeleton={<StatsSkeleton figures={4} charts={2} />}>
      {(days) => (
        <>
          <StatGrid stats={figures(days, i18n)} label={i18n.t("apps.usageTitle")} busy={query.isPlaceholderData} />
          <DailyCharts days={days} p95={null} />
        </>
      )}
    </QueryView>
  );
}

function figures(days: readonly UsageDay[], { t, tn, format }: I18n): Stat[] {
  const calls = days.reduce((sum, day) => sum + day.calls, 0);
  const errors = days.reduce((sum, day) => sum + day.errors, 0);
  const rate = errorRate(calls, errors);
  return [
    { label: t("portal.callsToday"), value: format.integer(days.at(-1)?.calls ?? 0), detail: t("portal.calls30d", { count: format.integer(calls) }) },
    { label: t("charts.errorRate"), value: format.percent(rate), detail: `${tn("monitoring.errorCount", errors)}, ${t("portal.in30d")}`, tone: toneOf(rate) },
    { label: t("apps.avgLatency"), value: format.duration(averageSeconds(days)), detail: t("charts.range_30d") },
    { label: t("apps.traffic"), value: format.bytes(days.reduce((sum, day) => sum + day.bytes, 0)), detail: t("apps.trafficHint") },
  ];
}
