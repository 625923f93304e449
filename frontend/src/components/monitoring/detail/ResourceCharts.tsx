"use client";

import { useI18n } from "@/i18n/I18nProvider";
import type { APIStats } from "@/lib/monitoringTypes";
import { MeasureChart } from "../charts/MeasureChart";

/** CPU and memory over time, mean and peak. Two panels: percent and megabytes share no axis. */
export function ResourceCharts({ stats }: { stats: APIStats }) {
  const { t, format } = useI18n();
  const { resources, series, time_range: range, to } = stats;
  const common = { points: series, range, to, emptyText: t("charts.noResources"), height: 200 };
  return (
    <>
      <MeasureChart
        {...common}
        title={t("charts.cpuTitle")}
        hint={t("charts.cpuHint")}
        format={format.percent}
        series={[
          { measure: "peak_cpu_usage", label: t("charts.peak"), color: "var(--mp-chart-2)", mark: "dashed", overall: resources.peak_cpu_usage },
          { measure: "avg_cpu_usage", label: t("charts.average"), color: "var(--mp-chart-1)", mark: "area", overall: resources.avg_cpu_usage },
        ]}
      />
      <MeasureChart
        {...common}
        title={t("charts.memoryTitle")}
        hint={t("charts.memoryHint")}
        format={format.megabytes}
        series={[
          { measure: "peak_memory_usage", label: t("charts.peak"), color: "var(--mp-chart-2)", mark: "dashed", overall: resources.peak_memory_usage },
          { measure: "avg_memory_usage", label: t("charts.average"), color: "var(--mp-chart-1)", mark: "area", overall: resources.avg_memory_usage },
        ]}
      />
    </>
  );
}
