/** How far a month's credits are used up, and what to call it. Pure. */

export type ConsumptionState = "fine" | "high" | "gone";

/** Where the meter starts to warn, in percent; the server's `alert` uses the same. */
const HIGH_FROM = 80;

export function consumption({ progress, current_credits }: { progress: number; current_credits: number }): { percent: number; state: ConsumptionState } {
  const percent = Math.min(100, Math.max(0, progress * 100));
  if (current_credits <= 0) return { percent, state: "gone" };
  return { percent, state: percent >= HIGH_FROM ? "high" : "fine" };
}
