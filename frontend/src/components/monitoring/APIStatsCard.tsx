"use client";

import { useI18n } from "@/i18n/I18nProvider";
import type { APIStats } from "@/lib/monitoringTypes";
import { toneOf } from "./GlobalStats";
import { StatGrid } from "./StatGrid";

/** The figures of one API. Counts of 24 hours and 7 days stand whatever the range; the rest follows it. */
export function APIStatsCard({ stats, busy = false }: { stats: APIStats; busy?: boolean }) {
  const { t, tn, format } = useI18n();
  const { usage, performance, resources } = stats;
  const peak = (value: number | null, text: string) => (value === null ? null : t("apis.peak", { value: text }));
  return (
    <StatGrid
      label={t("apis.statsTitle")}
      busy={busy}
      stats={[
        { label: t("apis.totalRequests"), value: format.integer(usage.total_requests), detail: t("apis.allTime") },
        { label: t("apis.requests24h"), value: format.integer(usage.requests_24h), detail: t("charts.range_24h") },
        { label: t("apis.requests7d"), value: format.integer(usage.requests_7d), detail: t("charts.range_7d") },
        {
          label: t("apis.successRate"),
          value: format.percent(usage.success_rate),
          detail: tn("monitoring.errorCount", usage.error_count),
          tone: toneOf(usage.error_rate),
        },
        {
          label: t("apis.avgTime"),
          value: format.duration(performance.avg_response_time),
          detail:
            performance.min_response_time === null
              ? null
              : t("apis.fromTo", { min: format.duration(performance.min_response_time), max: format.duration(performance.max_response_time) }),
        },
        { label: t("apis.p95Time"), value: format.duration(performance.p95_response_time), detail: performance.p99_response_time === null ? null : t("apis.p99", { value: format.duration(performance.p99_response_time) }) },
        { label: t("apis.cpu"), value: format.percent(resources.avg_cpu_usage), detail: peak(resources.peak_cpu_usage, format.percent(resources.peak_cpu_usage)) },
        { label: t("apis.memory"), value: format.megabytes(resources.avg_memory_usage), detail: peak(resources.peak_memory_usage, format.megabytes(resources.peak_memory_usage)) },
      ]}
    />
  );
}
