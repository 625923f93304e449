"use client";

import { useI18n } from "@/i18n/I18nProvider";
import type { MonitoringSummary } from "@/lib/monitoringTypes";
import classes from "./Charts.module.css";
import { MeasureChart } from "./charts/MeasureChart";
import { RequestsChart } from "./RequestsChart";

/** How all APIs together have fared over the range. */
export function TrendCharts({ summary }: { summary: MonitoringSummary }) {
  const { t, format } = useI18n();
  const { series, time_range: range, to } = summary;
  return (
    <div className={classes.pair}>
      <RequestsChart points={series} range={range} to={to} form="stacked" />
      <MeasureChart
        title={t("charts.timesTitle")}
        hint={t(`charts.range_${range}`)}
        points={series}
        range={range}
        to={to}
        format={format.duration}
        emptyText={t("charts.noTimes")}
        series={[
          { measure: "avg_response_time", label: t("charts.average"), color: "var(--mp-chart-1)", mark: "line", overall: summary.avg_response_time },
          { measure: "p95_response_time", label: t("charts.p95"), color: "var(--mp-chart-2)", mark: "dashed", overall: summary.p95_response_time },
        ]}
      />
    </div>
  );
}
