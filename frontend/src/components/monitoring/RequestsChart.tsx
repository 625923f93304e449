"use client";

import { SegmentedControl } from "@mantine/core";
import { useMemo, useState } from "react";
import { useI18n, type I18n } from "@/i18n/I18nProvider";
import type { Point } from "@/lib/monitoringTypes";
import type { TimeRange } from "@/lib/types";
import { ChartFrame, type ChartTable } from "./charts/ChartFrame";
import { type Row, errorRate, hasValues, peakOf, toRows, total } from "./charts/chartData";
import { slotText } from "./charts/slotText";
import { type SeriesSpec, TimeChart } from "./charts/TimeChart";
import { RangeControl } from "./RangeControl";

type Shown = "all" | "success" | "error";

interface RequestsChartProps {
  points: readonly Point[];
  range: TimeRange;
  /** End of the span, as the server says it. */
  to: string;
  /** `lines` with filters for one API; `stacked` bars for the trend of all of them. */
  form: "lines" | "stacked";
  onRange?: (range: TimeRange) => void;
}

/** Requests over time, successes and errors told apart. */
export function RequestsChart({ points, range, to, form, onRange }: RequestsChartProps) {
  const { t, format } = useI18n();
  const [shown, setShown] = useState<Shown>("all");
  const rows = useMemo(() => toRows(points, range, to), [points, range, to]);
  const series = form === "stacked" ? stackedSeries(t) : lineSeries(t, shown);
  const empty = !hasValues(rows, ["request_count"]);
  return (
    <ChartFrame
      title={t("charts.requestsTitle")}
      hint={form === "stacked" ? t(`charts.range_${range}`) : undefined}
      aside={form === "lines" ? <Filters shown={shown} onShown={setShown} range={range} onRange={onRange} /> : null}
      legend={series.map((spec) => ({ ...spec, value: format.integer(total(rows, countOf(spec))) }))}
      note={!empty && rows.at(-1)?.partial ? t("charts.openSlot") : null}
      summary={summaryOf(rows, range, t, format)}
      table={tableOf(rows, range, t, format)}
      emptyText={empty ? t("charts.noRequests") : null}
      height={form === "lines" ? 260 : 220}
    >
      <TimeChart
        rows={rows}
        range={range}
        series={series}
        integers
        format={format.integer}
        formatTick={format.compact}
        extra={(row) => [[t("charts.errorRate"), format.percent(errorRate(row.request_count, row.error_count))]]}
      />
    </ChartFrame>
  );
}

interface FiltersProps {
  shown: Shown;
  onShown: (shown: Shown) => void;
  range: TimeRange;
  onRange?: (range: TimeRange) => void;
}

function Filters({ shown, onShown, range, onRange }: FiltersProps) {
  const { t } = useI18n();
  return (
    <>
      <SegmentedControl<Shown>
        size="xs"
        aria-label={t("charts.shownRequests")}
        value={shown}
        onChange={onShown}
        data={[
          { value: "all", label: t("charts.all") },
          { value: "success", label: t("charts.success") },
          { value: "error", label: t("charts.errors") },
        ]}
      />
      {onRange ? <RangeControl value={range} onChange={onRange} size="xs" /> : null}
    </>
  );
}

function countOf({ measure }: SeriesSpec): "request_count" | "success_count" | "error_count" {
  return measure === "success_count" || measure === "error_count" ? measure : "request_count";
}

function stackedSeries(t: I18n["t"]): SeriesSpec[] {
  return [
    { measure: "success_count", label: t("charts.success"), color: "var(--mp-chart-1)", mark: "bar" },
    { measure: "error_count", label: t("charts.errors"), color: "var(--mp-chart-bad)", mark: "hatched" },
  ];
}

function lineSeries(t: I18n["t"], shown: Shown): SeriesSpec[] {
  const all: Record<"requests" | "success" | "errors", SeriesSpec> = {
    requests: { measure: "request_count", label: t("charts.requests"), color: "var(--mp-chart-1)", mark: "area" },
    success: { measure: "success_count", label: t("charts.success"), color: "var(--mp-chart-1)", mark: "area" },
    errors: { measure: "error_count", label: t("charts.errors"), color: "var(--mp-chart-bad)", mark: "dashed" },
  };
  if (shown === "success") return [all.success];
  return shown === "error" ? [all.errors] : [all.requests, all.errors];
}

function summaryOf(rows: readonly Row[], range: TimeRange, t: I18n["t"], format: I18n["format"]): string {
  const requests = total(rows, "request_count");
  const errors = total(rows, "error_count");
  const peak = peakOf(rows, "request_count");
  return t("charts.requestsSummary", {
    range: t(`charts.range_${range}`),
    total: format.integer(requests),
    errors: format.integer(errors),
    rate: format.percent(errorRate(requests, errors)),
    peak: format.integer(peak?.request_count ?? null),
    when: peak ? slotText(range, format.locale).slot(peak) : "–",
  });
}

function tableOf(rows: readonly Row[], range: TimeRange, t: I18n["t"], format: I18n["format"]): ChartTable {
  const text = slotText(range, format.locale);
  return {
    columns: [t("charts.time"), t("charts.requests"), t("charts.success"), t("charts.errors"), t("charts.errorRate")],
    rows: rows.toReversed().map((row) => [
      text.slot(row),
      format.integer(row.request_count),
      format.integer(row.success_count),
      format.integer(row.error_count),
      format.percent(errorRate(row.request_count, row.error_count)),
    ]),
  };
}
