/** Days of usage as the charts draw them: UTC days, latencies in seconds. Pure. */
import type { SlotRow } from "@/components/monitoring/charts/chartData";
import { seconds } from "@/lib/portal/days";
import type { DayUsage } from "@/lib/portal/usageTypes";

export type DayMeasure = "success" | "errors" | "average" | "p95" | "p99" | "bytes" | "credits";
export type DayRow = SlotRow<DayMeasure>;

const DAY_MS = 86_400_000;

export function toDayRows(days: readonly DayUsage[], now: number): DayRow[] {
  return days.map((day) => {
    const at = Date.parse(`${day.day}T00:00:00Z`);
    return {
      at,
      end: at + DAY_MS,
      partial: now < at + DAY_MS,
      success: day.calls - day.errors,
      errors: day.errors,
      average: seconds(day.avg_latency_ms),
      p95: seconds(day.p95_latency_ms),
      p99: seconds(day.p99_latency_ms),
      bytes: day.bytes,
      credits: day.credits,
    };
  });
}
