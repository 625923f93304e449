/**
 * Shapes a series of the server for the charts: slots, ticks, peaks, gaps. Pure; the time zone is the reader's.
 * A null stays null all the way: a slot without calls has no response time, and a line must not pass through zero there.
 */
import type { Point } from "@/lib/monitoringTypes";
import type { TimeRange } from "@/lib/types";
import { slotSeconds } from "../ranges";

export type Measure = Exclude<keyof Point, "timestamp">;

/** A slot of time with its measures; null where nothing was measured. */
export type SlotRow<M extends string> = {
  /** Milliseconds since the epoch, start of the slot. */
  at: number;
  end: number;
  /** The slot still runs: its counts will grow. */
  partial: boolean;
} & { [K in M]: number | null };

export type Row = Point & SlotRow<Measure>;

/** How many ticks a range shows, as a spacing that people count in. */
const TICK_EVERY: Record<TimeRange, (date: Date, index: number, last: number) => boolean> = {
  "1h": (date) => date.getMinutes() % 10 === 0,
  "24h": (date) => date.getHours() % 3 === 0,
  "7d": (date) => date.getHours() === 0,
  "30d": (_, index, last) => (last - index) % 5 === 0,
};

export function toRows(points: readonly Point[], range: TimeRange, to: string): Row[] {
  const until = Date.parse(to);
  return points.map((point) => {
    const at = Date.parse(point.timestamp);
    const end = at + slotSeconds(range) * 1000;
    return { ...point, at, end, partial: end > until };
  });
}

/** Starts of the slots that carry a label on the time axis. */
export function ticksOf(rows: readonly { at: number }[], range: TimeRange): number[] {
  const last = rows.length - 1;
  return rows.filter((row, index) => TICK_EVERY[range](new Date(row.at), index, last)).map((row) => row.at);
}

/** A value between two gaps: a line has nothing to draw there, so the chart marks it with a dot. */
export function isIsolated<M extends string>(rows: readonly SlotRow<M>[], index: number, measure: M): boolean {
  const value = (at: number) => rows[at]?.[measure] ?? null;
  return value(index) !== null && value(index - 1) === null && value(index + 1) === null;
}

/** The slot with the greatest value; null when none has one, or all are zero. */
export function peakOf(rows: readonly Row[], measure: Measure): Row | null {
  let best: Row | null = null;
  for (const row of rows) {
    if ((row[measure] ?? 0) > (best?.[measure] ?? 0)) best = row;
  }
  return best;
}

export function total(rows: readonly Row[], measure: "request_count" | "success_count" | "error_count"): number {
  return rows.reduce((sum, row) => sum + row[measure], 0);
}

/** Percent of errors among requests; null without requests. */
export function errorRate(requests: number, errors: number): number | null {
  return requests === 0 ? null : (errors / requests) * 100;
}

/** Whether any slot holds a value worth drawing. */
export function hasValues(rows: readonly Row[], measures: readonly Measure[]): boolean {
  return rows.some((row) => measures.some((measure) => (row[measure] ?? 0) !== 0));
}
