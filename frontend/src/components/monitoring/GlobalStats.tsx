"use client";

import { useI18n } from "@/i18n/I18nProvider";
import type { MonitoringSummary } from "@/lib/monitoringTypes";
import { type Stat, StatGrid } from "./StatGrid";

/** All APIs together, over the chosen range. */
export function GlobalStats({ summary, busy }: { summary: MonitoringSummary; busy: boolean }) {
  const { t, tn, format } = useI18n();
  const errors = summary.series.reduce((sum, point) => sum + point.error_count, 0);
  const range = t(`charts.range_${summary.time_range}`);
  const stats: Stat[] = [
    { label: t("monitoring.statApis"), value: format.integer(summary.total_apis), detail: tn("monitoring.statActive", summary.active_apis) },
    {
      label: t("monitoring.statRequests"),
      value: format.integer(summary.requests_in_range),
      detail: t("monitoring.statAllTime", { total: format.integer(summary.total_requests) }),
    },
    { label: t("monitoring.statSuccess"), value: format.percent(summary.success_rate), detail: range },
    {
      label: t("monitoring.statErrors"),
      value: format.percent(summary.error_rate),
      detail: tn("monitoring.errorCount", errors),
      tone: toneOf(summary.error_rate),
    },
    { label: t("monitoring.statAverage"), value: format.duration(summary.avg_response_time), detail: range },
    { label: t("monitoring.statP95"), value: format.duration(summary.p95_response_time), detail: t("monitoring.statP95Hint") },
    { label: t("monitoring.statCpu"), value: format.percent(summary.avg_cpu_usage), detail: t("monitoring.statCpuHint") },
    { label: t("monitoring.statMemory"), value: format.megabytes(summary.avg_memory_usage), detail: t("monitoring.statMemoryHint") },
  ];
  return <StatGrid stats={stats} label={t("monitoring.globalStats")} busy={busy} />;
}

/** Where a rate of errors, in percent, starts to ask for attention. */
const WARN_FROM = 1;
const BAD_FROM = 5;

export function toneOf(errorRate: number | null): Stat["tone"] {
  if (errorRate === null || errorRate < WARN_FROM) return undefined;
  return errorRate < BAD_FROM ? "warn" : "bad";
}
