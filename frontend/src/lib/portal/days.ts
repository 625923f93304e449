/** Days of use in the shape the time charts draw: UTC days, seconds instead of milliseconds. Pure. */
import type { Point } from "@/lib/monitoringTypes";
import type { UsageDay } from "@/lib/portal/types";

/** Null stays unknown. */
export function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000;
}

export function toPoints(days: readonly UsageDay[]): Point[] {
  return days.map((day) => ({
    timestamp: `${day.day}T00:00:00Z`,
    request_count: day.calls,
    success_count: day.calls - day.errors,
    error_count: day.errors,
    avg_response_time: seconds(day.avg_latency_ms),
    p50_response_time: null,
    p95_response_time: seconds(day.p95_latency_ms),
    p99_response_time: seconds(day.p99_latency_ms),
    avg_cpu_usage: null,
    peak_cpu_usage: null,
    avg_memory_usage: null,
    peak_memory_usage: null,
  }));
}

/** A moment inside the last day: that day still runs. */
export function endOf(days: readonly UsageDay[]): string {
  return `${days.at(-1)?.day ?? "1970-01-01"}T12:00:00Z`;
}

/** The average over all calls, in seconds: days weigh as much as they had calls. */
export function averageSeconds(days: readonly UsageDay[]): number | null {
  const timed = days.filter((day) => day.avg_latency_ms !== null);
  const calls = timed.reduce((sum, day) => sum + day.calls, 0);
  const total = timed.reduce((sum, day) => sum + (day.avg_latency_ms ?? 0) * day.calls, 0);
  return calls === 0 ? null : total / calls / 1000;
}
