"use client";

import { MeasureChart } from "@/components/monitoring/charts/MeasureChart";
import chartClasses from "@/components/monitoring/Charts.module.css";
import { RequestsChart } from "@/components/monitoring/RequestsChart";
import { useI18n } from "@/i18n/I18nProvider";
import { averageSeconds, endOf, seconds, toPoints } from "@/lib/portal/days";
import type { UsageDay } from "@/lib/portal/types";

/** The days these charts show; what they show is asked for that many. */
export const CHART_DAYS = 30;

/** Calls and errors by day, and latency by day, of the last 30 days. `p95` is the server's, in milliseconds. */
export function DailyCharts({ days, p95 }: { days: readonly UsageDay[]; p95: number | null }) {
  const { t, format } = useI18n();
  const points = toPoints(days);
  const to = endOf(days);
  return (
    <div className={chartClasses.pair}>
      <RequestsChart points={points} range="30d" to={to} form="stacked" />
      <MeasureChart
        title={t("charts.timesTitle")}
        hint={t("charts.range_30d")}
        points={points}
        range="30d"
        to={to}
        format={format.duration}
        emptyText={t("charts.noTimes")}
        series={[
          { measure: "avg_response_time", label: t("charts.average"), color: "var(--mp-chart-1)", mark: "line", overall: averageSeconds(days) },
          { measure: "p95_response_time", label: t("charts.p95"), color: "var(--mp-chart-2)", mark: "dashed", overall: seconds(p95) },
        ]}
      />
    </div>
  );
}
