/**
 * What the limits of a key come to, shown while they are being chosen. Pure; the server decides and says the same
 * in LimitsOut.
 */
import { type Plan, TEST_KEY_DAILY_QUOTA } from "@/lib/portal/plans";
import type { BindingPolicy, Environment, Limits, OverageAction } from "@/lib/portal/types";

export interface LimitsDraft {
  /** Null: an exact window of `sustained` calls a minute, without bursts. */
  burst: number | null;
  sustained: number;
  /** Null: no daily quota. */
  daily: number | null;
  overage: OverageAction;
}

export interface EffectiveLimits {
  planApplies: boolean;
  binding: BindingPolicy;
  perMinute: number;
  dailyCeiling: number;
}

export interface LimitProblem {
  field: "burst" | "sustained" | "daily" | "overage";
  code: "missing" | "beyond_plan" | "beyond_test" | "test_blocks";
  ceiling: number;
}

const MINUTES_A_DAY = 1_440;

/**
 * The policy that gives the lowest number of calls a day, and that number; the key's own is named before an equal one.
 * A key lifted beyond its plan is not held by the plan; a quota that only warns or charges is no ceiling.
 */
export function effectiveLimits({ burst, sustained, daily, overage }: LimitsDraft, planLimit: number): EffectiveLimits {
  const perMinute = burst === 0 ? 0 : sustained;
  const capacity = perMinute === 0 ? 0 : (burst ?? 0);
  const planApplies = sustained <= planLimit;
  const ceilings: [BindingPolicy, number][] = [
    ["per-key", MINUTES_A_DAY * perMinute + capacity],
    ["plan", planApplies ? MINUTES_A_DAY * planLimit : Infinity],
    ["daily-quota", daily !== null && overage === "block" ? daily : Infinity],
  ];
  const [binding, dailyCeiling] = ceilings.reduce((least, other) => (other[1] < least[1] ? other : least));
  return { planApplies, perMinute, dailyCeiling, binding };
}

/** Where an owner asks for more than the plan gives, field by field; administrators are held by none of it. */
export function limitProblems(draft: LimitsDraft, plan: Plan, environment: Environment): LimitProblem[] {
  const isTest = environment === "test";
  const dailyMax = isTest ? TEST_KEY_DAILY_QUOTA : plan.dailyQuotaMax;
  const problems: LimitProblem[] = [];
  if (draft.sustained > plan.callsPerMinute) problems.push({ field: "sustained", code: "beyond_plan", ceiling: plan.callsPerMinute });
  if (draft.burst !== null && draft.burst > plan.burstMax) problems.push({ field: "burst", code: "beyond_plan", ceiling: plan.burstMax });
  if (draft.daily !== null && draft.daily > dailyMax) problems.push({ field: "daily", code: isTest ? "beyond_test" : "beyond_plan", ceiling: dailyMax });
  if (draft.daily === null && isTest) problems.push({ field: "daily", code: "missing", ceiling: dailyMax });
  if (draft.daily !== null && isTest && draft.overage !== "block") problems.push({ field: "overage", code: "test_blocks", ceiling: dailyMax });
  return problems;
}

export function draftOf(limits: Limits): LimitsDraft {
  return { burst: limits.burst_limit, sustained: limits.sustained_limit, daily: limits.daily_quota, overage: limits.overage_action };
}
