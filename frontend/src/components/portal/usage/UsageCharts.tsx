"use client";

import charts from "@/components/monitoring/Charts.module.css";
import { useI18n } from "@/i18n/I18nProvider";
import { seconds } from "@/lib/portal/days";
import type { Usage } from "@/lib/portal/usageTypes";
import { DayChart } from "./DayChart";

/** The span day by day: calls, latency, bytes, credits. */
export function UsageCharts({ usage, now, isTest }: { usage: Usage; now: number; isTest: boolean }) {
  const { t, format } = useI18n();
  const { days, totals } = usage;
  return (
    <div className={charts.pair}>
      <DayChart
        title={t("usage.calls")}
        days={days}
        now={now}
        integers
        format={format.integer}
        formatTick={format.compact}
        series={[
          { measure: "success", label: t("usage.successes"), color: "var(--mp-chart-1)", mark: "bar", overall: format.integer(totals.calls - totals.errors) },
          { measure: "errors", label: t("usage.errors"), color: "var(--mp-chart-bad)", mark: "hatched", overall: format.integer(totals.errors) },
        ]}
      />
      <DayChart
        title={t("usage.latency")}
        days={days}
        now={now}
        format={format.duration}
        series={[
          { measure: "average", label: t("charts.average"), color: "var(--mp-chart-1)", mark: "line", overall: format.duration(seconds(totals.avg_latency_ms)) },
          { measure: "p95", label: t("charts.p95"), color: "var(--mp-chart-2)", mark: "dashed", overall: format.duration(seconds(totals.p95_latency_ms)) },
          { measure: "p99", label: t("charts.p99"), color: "var(--mp-chart-3)", mark: "dotted", overall: format.duration(seconds(totals.p99_latency_ms)) },
        ]}
      />
      <DayChart
        title={t("usage.data")}
        hint={t("usage.dataHint")}
        days={days}
        now={now}
        format={format.bytes}
        series={[{ measure: "bytes", label: t("usage.bytes"), color: "var(--mp-chart-3)", mark: "bar", overall: format.bytes(totals.bytes_in + totals.bytes_out) }]}
      />
      {isTest ? null : (
        <DayChart
          title={t("usage.credits")}
          hint={t("usage.creditsHint")}
          days={days}
          now={now}
          integers
          format={format.integer}
          formatTick={format.compact}
          series={[{ measure: "credits", label: t("usage.credits"), color: "var(--mp-chart-2)", mark: "bar", overall: format.integer(totals.credits) }]}
        />
      )}
    </div>
  );
}
