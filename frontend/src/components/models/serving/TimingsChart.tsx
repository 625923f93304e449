"use client";

import { CartesianGrid, Line, LineChart, Tooltip, XAxis, YAxis } from "recharts";
import { ChartFrame } from "@/components/monitoring/charts/ChartFrame";
import { Dot, type Mark, Swatch, dashOf } from "@/components/monitoring/charts/Swatch";
import frame from "@/components/monitoring/charts/ChartFrame.module.css";
import { useI18n } from "@/i18n/I18nProvider";
import { type Timing, decades, seconds } from "@/lib/serving";

type Way = "scikit_learn_us" | "quickest_us" | "compiled_us";

interface WaySpec {
  way: Way;
  label: string;
  color: string;
  mark: Mark;
}

/** Told apart by dashes and by the shape of their dots. */
const LOOKS: readonly (readonly [way: Way, color: string, mark: Mark])[] = [
  ["scikit_learn_us", "var(--mp-chart-2)", "dashed"],
  ["quickest_us", "var(--mp-chart-4)", "dotted"],
  ["compiled_us", "var(--mp-chart-1)", "line"],
];

/** Time of a call over the rows in it. Both axes count in powers of ten: straight lines are proportions. */
export function TimingsChart({ timings }: { timings: readonly Timing[] }) {
  const { t, format } = useI18n();
  const ways = LOOKS.map(([way, color, mark]) => ({ way, label: t(`serving.way_${way}`), color, mark }));
  const time = (microseconds: number) => format.duration(seconds(microseconds));
  const told = timings.map((timing) =>
    t("serving.chartRow", { rows: format.integer(timing.rows), plain: time(timing.scikit_learn_us), quickest: time(timing.quickest_us), compiled: time(timing.compiled_us) }),
  );
  return (
    <ChartFrame
      title={t("serving.chartTitle")}
      hint={t("serving.chartHint")}
      legend={ways}
      summary={`${t("serving.chartTitle")}. ${told.join(" ")}`}
      table={{
        columns: [t("serving.rows"), ...ways.map(({ label }) => label)],
        rows: timings.map((timing) => [format.integer(timing.rows), ...ways.map(({ way }) => time(timing[way]))]),
      }}
      height={240}
    >
      <Plot timings={timings} ways={ways} time={time} />
    </ChartFrame>
  );
}

interface PlotProps {
  timings: readonly Timing[];
  ways: readonly WaySpec[];
  time: (microseconds: number) => string;
}

function Plot({ timings, ways, time }: PlotProps) {
  const { t, format } = useI18n();
  const rows = decades(timings.map((timing) => timing.rows));
  const times = decades(timings.flatMap((timing) => ways.map(({ way }) => timing[way])));
  return (
    <LineChart responsive data={[...timings]} accessibilityLayer={false} style={{ width: "100%", height: "100%" }} margin={{ top: 6, right: 14, bottom: 14, left: 0 }}>
      <CartesianGrid vertical={false} stroke="var(--mp-chart-grid)" />
      <XAxis
        dataKey="rows"
        type="number"
        scale="log"
        domain={[rows[0] ?? 1, rows.at(-1) ?? 10]}
        ticks={rows}
        interval={0}
        tickFormatter={format.compact}
        tickLine={false}
        axisLine={{ stroke: "var(--mp-line-strong)" }}
        tickMargin={8}
        height={34}
        label={{ value: t("serving.rows"), position: "insideBottom", offset: -8 }}
        padding={{ left: 8, right: 8 }}
      />
      <YAxis width="auto" scale="log" domain={[times[0] ?? 1, times.at(-1) ?? 10]} ticks={times} interval={0} tickFormatter={time} tickLine={false} axisLine={false} tickMargin={6} />
      <Tooltip
        isAnimationActive={false}
        cursor={{ stroke: "var(--mp-ink-3)", strokeDasharray: "3 3" }}
        wrapperStyle={{ zIndex: 5 }}
        content={({ active, payload }) => (active ? <Measured timing={payload[0]?.payload as Timing | undefined} ways={ways} time={time} /> : null)}
      />
      {ways.map(({ way, color, mark }) => (
        <Line
          key={way}
          dataKey={way}
          type="linear"
          isAnimationActive={false}
          stroke={color}
          strokeWidth={2}
          strokeDasharray={dashOf(mark)}
          dot={({ index, cx, cy }) => <Dot key={index} cx={cx ?? 0} cy={cy ?? 0} color={color} mark={mark} />}
          activeDot={false}
        />
      ))}
    </LineChart>
  );
}

function Measured({ timing, ways, time }: { timing: Timing | undefined; ways: readonly WaySpec[]; time: (microseconds: number) => string }) {
  const { t, format } = useI18n();
  if (!timing) return null;
  return (
    <div className={frame.tooltip}>
      <div className={frame.tooltipHead}>
        {t("serving.rows")}: {format.integer(timing.rows)}
      </div>
      {ways.map(({ way, label, color, mark }) => (
        <div key={way} className={frame.tooltipRow}>
          <Swatch color={color} mark={mark} />
          <span>{label}</span>
          <span className="tnum">{time(timing[way])}</span>
        </div>
      ))}
    </div>
  );
}
