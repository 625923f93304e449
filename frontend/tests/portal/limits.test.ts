/** What the limits dialog promises is what the server will do. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type LimitsDraft, effectiveLimits, limitProblems } from "@/lib/portal/limits";
import { PLANS, TEST_KEY_DAILY_QUOTA, planNamed } from "@/lib/portal/plans";

const draft = (changes: Partial<LimitsDraft> = {}): LimitsDraft => ({ burst: 600, sustained: 100, daily: 1_000_000, overage: "block", ...changes });

test("a day holds the refill of every minute and one burst", () => {
  expect(effectiveLimits(draft(), 500)).toEqual({ planApplies: true, perMinute: 100, dailyCeiling: 144_600, binding: "per-key" });
});

test("without bursts the exact window alone counts", () => {
  expect(effectiveLimits(draft({ burst: null }), 500).dailyCeiling).toBe(144_000);
});

test("a daily quota binds where it is the lowest, and only while it blocks", () => {
  expect(effectiveLimits(draft({ daily: 5_000 }), 500)).toMatchObject({ binding: "daily-quota", dailyCeiling: 5_000 });
  for (const overage of ["warn", "charge"] as const) {
    expect(effectiveLimits(draft({ daily: 5_000, overage }), 500)).toMatchObject({ binding: "per-key", dailyCeiling: 144_600 });
  }
});

test("a key as fast as its plan is held by the plan, bursts or not; one lifted beyond is not", () => {
  expect(effectiveLimits(draft(), 100)).toMatchObject({ binding: "plan", planApplies: true, dailyCeiling: 144_000 });
  expect(effectiveLimits(draft({ burst: null }), 100)).toMatchObject({ binding: "per-key", dailyCeiling: 144_000 });
  expect(effectiveLimits(draft({ sustained: 900, daily: null }), 100)).toMatchObject({ binding: "per-key", planApplies: false, perMinute: 900 });
});

test("a limit of zero refuses every call", () => {
  expect(effectiveLimits(draft({ sustained: 0, burst: null }), 100)).toMatchObject({ perMinute: 0, dailyCeiling: 0 });
  expect(effectiveLimits(draft({ burst: 0 }), 500)).toMatchObject({ perMinute: 0, dailyCeiling: 0 });
});

test("owners are told which limit goes beyond their plan, and how far they may go", () => {
  const free = planNamed("free");
  expect(limitProblems(draft(), free, "live")).toEqual([]);
  expect(limitProblems(draft({ sustained: 101, burst: 601, daily: 1_000_001 }), free, "live")).toEqual([
    { field: "sustained", code: "beyond_plan", ceiling: 100 },
    { field: "burst", code: "beyond_plan", ceiling: 600 },
    { field: "daily", code: "beyond_plan", ceiling: 1_000_000 },
  ]);
});

test("test keys have a small daily quota on every plan, and cannot do without one", () => {
  const business = planNamed("Business");
  expect(limitProblems(draft({ daily: 10_001 }), business, "test")).toEqual([{ field: "daily", code: "beyond_test", ceiling: 10_000 }]);
  expect(limitProblems(draft({ daily: null }), business, "test")).toEqual([{ field: "daily", code: "missing", ceiling: 10_000 }]);
  expect(limitProblems(draft({ daily: 5_000, overage: "warn" }), business, "test")).toEqual([{ field: "overage", code: "test_blocks", ceiling: 10_000 }]);
});

test("plans say what the server's plans say", () => {
  const source = readFileSync("../backend/core/plans.py", "utf8");
  const line = /Plan\("(\w+)", "(\w+)", ([\d_]+), ([\d_]+), ([\d_]+), ([\d_]+)\)/g;
  const server = [...source.matchAll(line)].map(([, name, title, ...figures]) => [name, title, ...figures.map((figure) => Number(figure.replaceAll("_", "")))]);
  expect(PLANS.map((plan) => [plan.name, plan.title, plan.callsPerMinute, plan.burstMax, plan.dailyQuotaMax, plan.monthlyCredits])).toEqual(server);
  expect(source).toContain(`TEST_KEY_DAILY_QUOTA = ${String(TEST_KEY_DAILY_QUOTA).replace(/(?=000$)/, "_")}`);
});
