/** Time ranges of the monitoring pages: reading them from an address and knowing their slots. Pure. */
import type { TimeRange } from "@/lib/types";

export const RANGES = ["1h", "24h", "7d", "30d"] as const satisfies readonly TimeRange[];
export const DEFAULT_RANGE: TimeRange = "24h";

/** Seconds one point of a series stands for, as the server cuts it. */
const SLOT_SECONDS: Record<TimeRange, number> = { "1h": 60, "24h": 3_600, "7d": 3_600, "30d": 86_400 };

/** The range an address names; the default for nothing, or for anything the server would refuse. */
export function parseRange(text: string | null | undefined): TimeRange {
  return RANGES.find((range) => range === text) ?? DEFAULT_RANGE;
}

export function slotSeconds(range: TimeRange): number {
  return SLOT_SECONDS[range];
}

/** How a range is written in an address: the default is left out, so that links stay short. */
export function rangeParam(range: TimeRange): string | null {
  return range === DEFAULT_RANGE ? null : range;
}

export function detailHref(apiId: number, range: TimeRange): string {
  const named = rangeParam(range);
  return named ? `/monitoring/${apiId}?range=${named}` : `/monitoring/${apiId}`;
}
