/**
 * What each plan allows, as backend/core/plans.py says it; a test compares the two.
 * An owner cannot set a key beyond these; an administrator can.
 */
import type { PlanName } from "@/lib/portal/types";

export interface Plan {
  name: PlanName;
  title: string;
  callsPerMinute: number;
  burstMax: number;
  dailyQuotaMax: number;
  monthlyCredits: number;
}

export const PLANS: readonly [Plan, Plan, Plan] = [
  { name: "free", title: "Free", callsPerMinute: 100, burstMax: 600, dailyQuotaMax: 1_000_000, monthlyCredits: 10_000 },
  { name: "pro", title: "Pro", callsPerMinute: 500, burstMax: 3_000, dailyQuotaMax: 5_000_000, monthlyCredits: 250_000 },
  { name: "business", title: "Business", callsPerMinute: 1_000, burstMax: 6_000, dailyQuotaMax: 20_000_000, monthlyCredits: 2_000_000 },
];

/** Calls with test keys cost nothing, so their number a day is small, whatever the plan. */
export const TEST_KEY_DAILY_QUOTA = 10_000;

/** A name that no release knows is the smallest plan, as on the server. */
export function planNamed(name: string): Plan {
  return PLANS.find((plan) => plan.name === name.toLowerCase()) ?? PLANS[0];
}
