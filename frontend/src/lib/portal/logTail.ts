/** The live tail: rows that came since it was switched on, put in front of those already shown. Pure. */
import type { LogEntry } from "@/lib/portal/usageTypes";

/** Beyond these the oldest of the tail fall off: a page that runs for a day must not grow for a day. */
export const TAIL_MAX = 1_000;

export interface Tail {
  /** Newest first. */
  rows: LogEntry[];
  /** After which row to ask; null asks for everything. */
  cursor: string | null;
}

/** Adds what one poll brought, newest first, and moves the cursor to the newest of it. */
export function extendTail(tail: Tail, incoming: readonly LogEntry[]): Tail {
  const newest = incoming[0];
  if (!newest) return tail;
  return { rows: withoutDoubles([...incoming, ...tail.rows]).slice(0, TAIL_MAX), cursor: newest.cursor };
}

/** The tail above the pages; a row that both hold is shown once. */
export function mergeTail(tail: readonly LogEntry[], pages: readonly LogEntry[]): LogEntry[] {
  return withoutDoubles([...tail, ...pages]);
}

function withoutDoubles(rows: readonly LogEntry[]): LogEntry[] {
  const seen = new Set<string>();
  return rows.filter(({ request_id }) => !seen.has(request_id) && Boolean(seen.add(request_id)));
}
