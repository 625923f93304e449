"use client";

import { useMemo } from "react";
import { useI18n } from "@/i18n/I18nProvider";
import type { Point } from "@/lib/monitoringTypes";
import type { TimeRange } from "@/lib/types";
import { ChartFrame } from "./ChartFrame";
import { hasValues, peakOf, toRows } from "./chartData";
import { slotText } from "./slotText";
import { type SeriesSpec, TimeChart } from "./TimeChart";

export interface MeasureSpec extends SeriesSpec {
  /** The figure of the whole span, from the server: an average of averages would not be one. */
  overall: number | null;
}

interface MeasureChartProps {
  title: string;
  hint?: string;
  points: readonly Point[];
  range: TimeRange;
  to: string;
  series: readonly MeasureSpec[];
  format: (value: number | null) => string;
  emptyText: string;
  height?: number;
}

/** Measured values over time, such as response times or memory: lines that break where nothing was measured. */
export function MeasureChart({ title, hint, points, range, to, series, format, emptyText, height }: MeasureChartProps) {
  const { t, format: reader } = useI18n();
  const rows = useMemo(() => toRows(points, range, to), [points, range, to]);
  const text = slotText(range, reader.locale);
  const peaks = series.map(({ label, measure, overall }) => {
    const peak = peakOf(rows, measure);
    const highest = peak ? t("charts.highest", { value: format(peak[measure]), when: text.slot(peak) }) : "";
    return `${t("charts.labelled", { label, value: format(overall) })} ${highest}`.trim();
  });
  return (
    <ChartFrame
      title={title}
      hint={hint}
      legend={series.map((spec) => ({ ...spec, value: format(spec.overall) }))}
      summary={`${title}. ${t(`charts.range_${range}`)}. ${peaks.join(" ")}`}
      table={{
        columns: [t("charts.time"), ...series.map(({ label }) => label)],
        rows: rows.toReversed().map((row) => [text.slot(row), ...series.map(({ measure }) => format(row[measure]))]),
      }}
      emptyText={hasValues(rows, series.map(({ measure }) => measure)) ? null : emptyText}
      height={height}
    >
      <TimeChart rows={rows} range={range} series={series} format={format} />
    </ChartFrame>
  );
}
