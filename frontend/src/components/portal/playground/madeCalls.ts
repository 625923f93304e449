/** The calls of this visit, kept in the page only. Pure. */
import type { ExecutionAnswer } from "@/lib/portal/playgroundTypes";

const CALLS_MAX = 20;

export interface MadeCall {
  /** The answer's request id: no two calls share one. */
  id: string;
  endpoint: string;
  title: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** The body as it was written. */
  text: string;
  answer: ExecutionAnswer;
}

/** Newest first. */
export function withCall(calls: readonly MadeCall[], call: MadeCall): MadeCall[] {
  return [call, ...calls].slice(0, CALLS_MAX);
}
