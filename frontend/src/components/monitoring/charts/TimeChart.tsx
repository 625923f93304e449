"use client";

import { type ReactNode, useId } from "react";
import { Area, Bar, BarChart, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from "recharts";
import { useI18n } from "@/i18n/I18nProvider";
import type { TimeRange } from "@/lib/types";
import { ChartTooltip } from "./ChartTooltip";
import { type Measure, type SlotRow, isIsolated, ticksOf } from "./chartData";
import { niceScale } from "./niceScale";
import { slotText } from "./slotText";
import { Dot, type Mark, dashOf, isFilled } from "./Swatch";

export interface SeriesSpec<M extends string = Measure> {
  measure: M;
  label: string;
  color: string;
  mark: Mark;
}

interface TimeChartProps<M extends string, R extends SlotRow<M>> {
  rows: readonly R[];
  /** How slots are named; also where the axis has its ticks, unless `ticks` says. */
  range: TimeRange;
  ticks?: number[];
  series: readonly SeriesSpec<M>[];
  format: (value: number | null) => string;
  /** For the axis; `format` where they are the same. */
  formatTick?: (value: number) => string;
  integers?: boolean;
  /** Further lines of the tooltip. */
  extra?: (row: R) => readonly (readonly [label: string, value: string])[];
}

/** Series over time. Nothing moves while it draws: it is drawn again with each refresh. */
export function TimeChart<M extends string, R extends SlotRow<M>>(props: TimeChartProps<M, R>) {
  const { rows, range, ticks: marks, series, format, formatTick, integers = false, extra } = props;
  const { format: reader } = useI18n();
  const id = useId();
  const text = slotText(range, reader.locale);
  const bars = series.some(({ mark }) => isFilled(mark));
  const ticks = niceScale(highest(rows, series, bars), 4, integers);
  // The cursor of a bar chart is a band, that of the other a line.
  const Chart = bars ? BarChart : ComposedChart;
  return (
    <Chart
      responsive
      data={[...rows]}
      accessibilityLayer={false}
      style={{ width: "100%", height: "100%" }}
      margin={{ top: 6, right: 4, bottom: 0, left: 0 }}
      barCategoryGap={rows.length > 60 ? 1 : "16%"}
    >
      <Hatches id={id} series={series} />
      <CartesianGrid vertical={false} stroke="var(--mp-chart-grid)" />
      <XAxis
        dataKey="at"
        ticks={marks ?? ticksOf(rows, range)}
        tickFormatter={text.tick}
        interval="preserveStart"
        minTickGap={18}
        tickLine={false}
        axisLine={{ stroke: "var(--mp-line-strong)" }}
        tickMargin={8}
        height={26}
        scale={bars ? "auto" : "point"}
        padding={bars ? undefined : { left: 2, right: 2 }}
      />
      <YAxis
        width="auto"
        ticks={ticks}
        domain={[0, ticks.at(-1) ?? 1]}
        interval={0}
        tickFormatter={(value: number) => (value === 0 ? "0" : (formatTick ?? format)(value))}
        tickLine={false}
        axisLine={false}
        tickMargin={6}
      />
      <Tooltip
        isAnimationActive={false}
        cursor={bars ? { fill: "var(--mp-ink-3)", fillOpacity: 0.1 } : { stroke: "var(--mp-ink-3)", strokeDasharray: "3 3" }}
        wrapperStyle={{ zIndex: 5 }}
        content={({ active, payload }) => (
          <ChartTooltip active={active} row={payload[0]?.payload as R | undefined} text={text} series={series} format={format} extra={extra} />
        )}
      />
      {series.map((spec) => drawn(spec, rows, id))}
    </Chart>
  );
}

function highest<M extends string>(rows: readonly SlotRow<M>[], series: readonly SeriesSpec<M>[], stacked: boolean): number {
  const values = rows.map((row) => {
    const own = series.map(({ measure }): number => row[measure] ?? 0);
    return stacked ? own.reduce((sum, value) => sum + value, 0) : Math.max(...own);
  });
  return Math.max(...values, 0);
}

function Hatches({ id, series }: { id: string; series: readonly SeriesSpec<string>[] }) {
  return (
    <defs>
      {series.map(({ measure, color, mark }) =>
        mark === "hatched" ? (
          <pattern key={measure} id={`${id}-${measure}`} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="5" height="5" fill={color} fillOpacity="0.28" />
            <rect width="2.4" height="5" fill={color} />
          </pattern>
        ) : null,
      )}
    </defs>
  );
}

function drawn<M extends string>(spec: SeriesSpec<M>, rows: readonly SlotRow<M>[], id: string): ReactNode {
  const { measure, color, mark } = spec;
  const common = { dataKey: measure, isAnimationActive: false } as const;
  if (isFilled(mark)) {
    const fill = mark === "hatched" ? `url(#${id}-${measure})` : color;
    return <Bar key={measure} {...common} stackId="stack" fill={fill} maxBarSize={34} />;
  }
  const line = {
    ...common,
    type: "linear",
    stroke: color,
    strokeWidth: mark === "line" || mark === "area" ? 2 : 1.8,
    strokeDasharray: dashOf(mark),
    connectNulls: false,
    dot: loneDot(rows, spec),
    activeDot: { r: 3.5, strokeWidth: 0, fill: color },
  } as const;
  return mark === "area" ? (
    <Area key={measure} {...line} fill={color} fillOpacity={0.1} />
  ) : (
    <Line key={measure} {...line} />
  );
}

interface DotProps {
  index: number;
  cx?: number;
  cy?: number;
}

function loneDot<M extends string>(rows: readonly SlotRow<M>[], { measure, color, mark }: SeriesSpec<M>) {
  return function LoneDot({ index, cx, cy }: DotProps) {
    if (cx === undefined || cy === undefined || !isIsolated(rows, index, measure)) return <g key={index} />;
    return <Dot key={index} cx={cx} cy={cy} color={color} mark={mark} />;
  };
}
