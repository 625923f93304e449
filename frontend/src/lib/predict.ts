/** One prediction with a key, as a caller outside would send it: no cookies, no CSRF header. */
import { ApiError } from "@/lib/errors";
import type { JsonValue } from "@/lib/types";

export interface CallResult {
  status: number;
  /** Seconds between sending and the whole answer, seen from here. */
  seconds: number;
  body: JsonValue;
}

export async function callPrediction(path: string, apiKey: string, record: JsonValue): Promise<CallResult> {
  const startedAt = performance.now();
  const response = await fetch(path, {
    method: "POST",
    credentials: "omit",
    headers: { "Content-Type": "application/json", "X-API-Key": apiKey },
    body: JSON.stringify(record),
  }).catch(() => {
    throw ApiError.network();
  });
  const text = await response.text();
  return { status: response.status, seconds: (performance.now() - startedAt) / 1000, body: parse(text) };
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
