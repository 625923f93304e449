/** Days and filters of usage survive the address; days without calls stay gaps, not zeros. */
import { expect, test } from "vitest";
import { toDayRows } from "@/components/portal/usage/dayRows";
import { dayTicks, readUsageFilters, spanParams, usageQuery } from "@/lib/portal/usageFilters";
import { countRedacted } from "@/lib/portal/redaction";
import type { DayUsage } from "@/lib/portal/usageTypes";

const read = (text: string) => readUsageFilters(new URLSearchParams(text));

test("own days are asked for only when both are days and in order", () => {
  expect(usageQuery(read("from=2026-11-01&to=2026-11-05&key=k"), "test")).toMatchObject({ from: "2026-11-01", to: "2026-11-05", key_id: "k", environment: "test" });
  for (const text of ["", "from=2026-11-05&to=2026-11-01", "from=2026-11-05", "from=x&to=y", "days=12", "days=30"]) expect(usageQuery(read(text), "live").days).toBe(30);
  expect(read("days=90").days).toBe(90);
});

test("the span goes into the address and comes back", () => {
  const address = (span: Parameters<typeof spanParams>[0]) => {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(spanParams(span))) if (value) params.set(name, value);
    return params.toString();
  };
  expect(address({ days: 30 })).toBe("");
  expect(read(address({ days: 7 })).days).toBe(7);
  expect(read(address({ from: "2026-11-01", to: "2026-11-05" }))).toMatchObject({ days: null, from: "2026-11-01", to: "2026-11-05" });
});

test("each span has labels that can be read, the last day always among them", () => {
  for (const [days, labels] of [[7, 7], [30, 6], [90, 6], [1, 1]] as const) {
    const starts = Array.from({ length: days }, (_, at) => at);
    expect(dayTicks(starts)).toHaveLength(labels);
    expect(dayTicks(starts).at(-1)).toBe(days - 1);
  }
});

test("latencies become seconds, unknown ones stay unknown, and today is known to run", () => {
  const day = (text: string, avg: number | null): DayUsage => ({ day: text, calls: 10, errors: 3, avg_latency_ms: avg, p95_latency_ms: avg, p99_latency_ms: avg, bytes: 5, credits: 7 });
  const rows = toDayRows([day("2026-11-21", null), day("2026-11-22", 2)], Date.parse("2026-11-22T10:00:00Z"));
  expect(rows.map(({ success, errors, average, partial }) => [success, errors, average, partial])).toEqual([[7, 3, null, false], [7, 3, 0.002, true]]);
});

test("hidden values are counted wherever they stand", () => {
  expect(countRedacted({ a: "[redacted]", b: [{ c: "[redacted]" }, "x [redacted]"], d: null, e: 3 })).toBe(3);
  expect(countRedacted("plain")).toBe(0);
});
