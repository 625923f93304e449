import { afterEach, describe, expect, it, vi } from "vitest";
import { errorRate, hasValues, isIsolated, peakOf, ticksOf, toRows, total } from "@/components/monitoring/charts/chartData";
import { niceScale } from "@/components/monitoring/charts/niceScale";
import { slotText } from "@/components/monitoring/charts/slotText";
import { detailHref, parseRange, rangeParam } from "@/components/monitoring/ranges";
import type { Point } from "@/lib/monitoringTypes";

const HOUR = 3_600_000;
const START = Date.parse("2026-11-21T00:00:00Z");

function point(index: number, counts: Partial<Point> = {}): Point {
  return {
    timestamp: new Date(START + index * HOUR).toISOString(),
    request_count: 0,
    success_count: 0,
    error_count: 0,
    avg_response_time: null,
    p50_response_time: null,
    p95_response_time: null,
    p99_response_time: null,
    avg_cpu_usage: null,
    peak_cpu_usage: null,
    avg_memory_usage: null,
    peak_memory_usage: null,
    ...counts,
  };
}

const rowsOf = (points: Point[], to = "2026-11-22T00:00:00Z") => toRows(points, "24h", to);

afterEach(() => vi.unstubAllEnvs());

describe("ranges of an address", () => {
  it("reads the four ranges, and the default for anything the server would refuse", () => {
    expect(["1h", "24h", "7d", "30d"].map(parseRange)).toEqual(["1h", "24h", "7d", "30d"]);
    expect([null, undefined, "", "90d", "24H", "1h "].map(parseRange)).toEqual(Array.from({ length: 6 }, () => "24h"));
  });

  it("leaves the default out of addresses and keeps the others", () => {
    expect(rangeParam("24h")).toBeNull();
    expect(detailHref(7, "24h")).toBe("/monitoring/7");
    expect(detailHref(7, "30d")).toBe("/monitoring/7?range=30d");
  });
});

describe("series for charts", () => {
  it("keeps a slot without measures null, never zero", () => {
    const rows = rowsOf([point(0, { avg_response_time: 0.2 }), point(1), point(2, { avg_response_time: 0.1 })]);
    expect(rows.map((row) => row.avg_response_time)).toEqual([0.2, null, 0.1]);
  });

  it("marks only the slot that still runs", () => {
    const rows = rowsOf([point(0), point(1), point(2)], "2026-11-21T02:30:00Z");
    expect(rows.map((row) => row.partial)).toEqual([false, false, true]);
  });

  it("finds values between two gaps, which a line alone would not show", () => {
    const value = { avg_response_time: 0.1 };
    const rows = rowsOf([point(0, value), point(1), point(2, value), point(3), point(4, value), point(5, value)]);
    expect(rows.map((_, index) => isIsolated(rows, index, "avg_response_time"))).toEqual([true, false, true, false, false, false]);
  });

  it("adds up counts and finds the busiest slot, or none when nothing happened", () => {
    const rows = rowsOf([point(0, { request_count: 3, error_count: 1 }), point(1, { request_count: 9 })]);
    expect(total(rows, "request_count")).toBe(12);
    expect(peakOf(rows, "request_count")?.at).toBe(START + HOUR);
    expect(peakOf(rowsOf([point(0), point(1)]), "request_count")).toBeNull();
    expect(hasValues(rowsOf([point(0)]), ["request_count"])).toBe(false);
  });

  it("has no error rate without requests", () => {
    expect(errorRate(0, 0)).toBeNull();
    expect(errorRate(200, 3)).toBeCloseTo(1.5);
  });

  it("labels hours that divide the reader's day by three", () => {
    vi.stubEnv("TZ", "Europe/Paris");
    const rows = rowsOf(Array.from({ length: 24 }, (_, index) => point(index)));
    expect(ticksOf(rows, "24h").map((at) => new Date(at).getHours())).toEqual([3, 6, 9, 12, 15, 18, 21, 0]);
  });
});

describe("text of slots", () => {
  it("names a day of UTC by its UTC date, west of Greenwich too", () => {
    vi.stubEnv("TZ", "America/New_York");
    const text = slotText("30d", "en-GB");
    expect(text.tick(START)).toBe("21 Nov");
    expect(text.slot({ at: START, end: START + 24 * HOUR })).toMatch(/21 Nov \(UTC\)$/);
  });

  it("writes hours in the reader's zone and language", () => {
    vi.stubEnv("TZ", "Europe/Paris");
    expect(slotText("24h", "fr").tick(START)).toBe("01:00");
    expect(slotText("24h", "en-US").tick(START)).toBe("01:00 AM");
  });
});

describe("ticks of a value axis", () => {
  it("stands at numbers people count in, from zero to the maximum or beyond", () => {
    expect(niceScale(0.0143)).toEqual([0, 0.005, 0.01, 0.015]);
    expect(niceScale(93.8)).toEqual([0, 25, 50, 75, 100]);
    expect(niceScale(261)).toEqual([0, 100, 200, 300]);
    expect(niceScale(100)).toEqual([0, 25, 50, 75, 100]);
  });

  it("never cuts counts in fractions", () => {
    expect(niceScale(1, 4, true)).toEqual([0, 1]);
    expect(niceScale(3, 4, true)).toEqual([0, 1, 2, 3]);
    expect(niceScale(9, 4, true)).toEqual([0, 5, 10]);
  });

  it("has an axis where there is nothing", () => {
    expect(niceScale(0)).toEqual([0, 1]);
  });
});
