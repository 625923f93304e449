/** Days of use become what the charts draw, and a few days with many calls outweigh many with few. */
import { expect, test } from "vitest";
import { averageSeconds, endOf, toPoints } from "@/lib/portal/days";
import { isComplete, mayCall, scopesOf } from "@/lib/portal/scopes";
import type { UsageDay } from "@/lib/portal/types";

const day = (changes: Partial<UsageDay>): UsageDay => ({ day: "2026-11-22", calls: 0, errors: 0, avg_latency_ms: null, p95_latency_ms: null, p99_latency_ms: null, bytes: 0, ...changes });

test("a day is a UTC day, its times are seconds, and an idle day has none", () => {
  const [busy, idle] = toPoints([day({ calls: 10, errors: 3, avg_latency_ms: 4, p95_latency_ms: 9 }), day({ day: "2026-11-23" })]);
  expect(busy).toMatchObject({ timestamp: "2026-11-22T00:00:00Z", request_count: 10, success_count: 7, error_count: 3, avg_response_time: 0.004, p95_response_time: 0.009 });
  expect(idle).toMatchObject({ request_count: 0, avg_response_time: null });
  expect(endOf([day({}), day({ day: "2026-11-23" })])).toBe("2026-11-23T12:00:00Z");
});

test("the average weighs days by their calls; without calls there is none", () => {
  expect(averageSeconds([day({ calls: 9, avg_latency_ms: 1 }), day({ calls: 1, avg_latency_ms: 11 }), day({})])).toBeCloseTo(0.002);
  expect(averageSeconds([day({})])).toBeNull();
});

test("a key that may call chosen APIs names them, and one that may do nothing is not made", () => {
  expect(scopesOf({ reach: "all", apis: ["predict:7"], management: ["read"] })).toEqual(["predict:*", "read"]);
  expect(scopesOf({ reach: "chosen", apis: ["predict:7"], management: [] })).toEqual(["predict:7"]);
  expect(isComplete({ reach: "chosen", apis: [], management: ["read"] })).toBe(false);
  expect(isComplete({ reach: "none", apis: [], management: [] })).toBe(false);
  expect(isComplete({ reach: "none", apis: [], management: ["portal:read"] })).toBe(true);
});

test("which APIs a key may call follows from its scopes alone", () => {
  expect(mayCall(["predict:*"], 7)).toBe(true);
  expect(mayCall(["predict:7"], 7)).toBe(true);
  expect(mayCall(["predict:77", "read", "portal:*"], 7)).toBe(false);
});
