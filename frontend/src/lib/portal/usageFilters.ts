/** Span and filters of the usage page, as the address carries them and as the server takes them. Pure. */
import type { Environment } from "@/lib/portal/types";
import type { UsageQuery } from "@/lib/portal/usageTypes";

export const SPANS = [7, 30, 90] as const;
const DEFAULT_DAYS = 30;
const DAY = /^\d{4}-\d\d-\d\d$/;

export interface UsageFilters {
  /** The last so many days; null where the reader names the days. */
  days: number | null;
  from: string | null;
  to: string | null;
  key: string | null;
  app: string | null;
  endpoint: string | null;
}

export function readUsageFilters(params: { get: (name: string) => string | null }): UsageFilters {
  const [from, to] = [readDay(params.get("from")), readDay(params.get("to"))];
  const own = from !== null && to !== null && from <= to;
  const days = SPANS.find((span) => String(span) === params.get("days")) ?? DEFAULT_DAYS;
  return {
    days: own ? null : days,
    from: own ? from : null,
    to: own ? to : null,
    key: params.get("key") || null,
    app: params.get("app") || null,
    endpoint: params.get("endpoint") || null,
  };
}

/** The default span is left out, so that links stay short. */
export function spanParams(span: { days: number } | { from: string; to: string }): Record<string, string | null> {
  if ("days" in span) return { days: span.days === DEFAULT_DAYS ? null : String(span.days), from: null, to: null };
  return { days: null, from: span.from, to: span.to };
}

export function usageQuery({ days, from, to, key, app, endpoint }: UsageFilters, environment: Environment): UsageQuery {
  const span = days === null ? { from: from ?? undefined, to: to ?? undefined } : { days };
  return { ...span, environment, key_id: key ?? undefined, app_id: app ?? undefined, endpoint: endpoint ?? undefined };
}

/** Days that carry a label: all of a week, else every fifth or fifteenth back from the last. */
export function dayTicks(starts: readonly number[]): number[] {
  const step = starts.length <= 8 ? 1 : starts.length <= 35 ? 5 : 15;
  const last = starts.length - 1;
  return starts.filter((_, index) => (last - index) % step === 0);
}

function readDay(text: string | null): string | null {
  return text !== null && DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : null;
}
