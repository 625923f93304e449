"use client";

import { useMemo } from "react";
import { ChartFrame } from "@/components/monitoring/charts/ChartFrame";
import { slotText } from "@/components/monitoring/charts/slotText";
import { type SeriesSpec, TimeChart } from "@/components/monitoring/charts/TimeChart";
import { useI18n } from "@/i18n/I18nProvider";
import { dayTicks } from "@/lib/portal/usageFilters";
import type { DayUsage } from "@/lib/portal/usageTypes";
import { type DayMeasure, type DayRow, toDayRows } from "./dayRows";

export interface DaySeries extends SeriesSpec<DayMeasure> {
  /** The figure of the whole span, from the server. */
  overall: string;
}

interface DayChartProps {
  title: string;
  hint?: string;
  days: readonly DayUsage[];
  /** Milliseconds since the epoch: the day it falls in still runs. */
  now: number;
  series: readonly DaySeries[];
  format: (value: number | null) => string;
  formatTick?: (value: number) => string;
  integers?: boolean;
}

/** One measure of usage or a few that share an axis, by UTC day. */
export function DayChart({ title, hint, days, now, series, format, formatTick, integers }: DayChartProps) {
  const { t, format: reader } = useI18n();
  const rows = useMemo(() => toDayRows(days, now), [days, now]);
  const text = slotText("30d", reader.locale);
  const empty = rows.every((row) => series.every(({ measure }) => (row[measure] ?? 0) === 0));
  const peaks = series.map(({ label, measure, overall }) => {
    const peak = rows.reduce<DayRow | null>((best, row) => ((row[measure] ?? 0) > (best?.[measure] ?? 0) ? row : best), null);
    const highest = peak ? t("charts.highest", { value: format(peak[measure]), when: text.slot(peak) }) : "";
    return `${t("charts.labelled", { label, value: overall })} ${highest}`.trim();
  });
  return (
    <ChartFrame
      title={title}
      hint={hint}
      legend={series.map((spec) => ({ ...spec, value: spec.overall }))}
      summary={`${title}. ${peaks.join(" ")}`}
      note={!empty && rows.at(-1)?.partial ? t("usage.todayRuns") : null}
      table={{
        columns: [t("usage.day"), ...series.map(({ label }) => label)],
        rows: rows.toReversed().map((row) => [text.slot(row), ...series.map(({ measure }) => format(row[measure]))]),
      }}
      emptyText={empty ? t("usage.nothingInSpan") : null}
    >
      <TimeChart rows={rows} range="30d" ticks={dayTicks(rows.map(({ at }) => at))} series={series} format={format} formatTick={formatTick} integers={integers} />
    </ChartFrame>
  );
}
