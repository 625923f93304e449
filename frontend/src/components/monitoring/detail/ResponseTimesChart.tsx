"use client";

import { useI18n } from "@/i18n/I18nProvider";
import type { APIStats } from "@/lib/monitoringTypes";
import { MeasureChart } from "../charts/MeasureChart";

export function ResponseTimesChart({ stats }: { stats: APIStats }) {
  const { t, format } = useI18n();
  const { performance } = stats;
  return (
    <MeasureChart
      title={t("charts.timesTitle")}
      points={stats.series}
      range={stats.time_range}
      to={stats.to}
      format={format.duration}
      emptyText={t("charts.noTimes")}
      height={260}
      series={[
        { measure: "p99_response_time", label: t("charts.p99"), color: "var(--mp-chart-4)", mark: "dotted", overall: performance.p99_response_time },
        { measure: "p95_response_time", label: t("charts.p95"), color: "var(--mp-chart-2)", mark: "dashed", overall: performance.p95_response_time },
        { measure: "avg_response_time", label: t("charts.average"), color: "var(--mp-chart-1)", mark: "line", overall: performance.avg_response_time },
        { measure: "p50_response_time", label: t("charts.p50"), color: "var(--mp-chart-3)", mark: "dashdot", overall: performance.p50_response_time },
      ]}
    />
  );
}
