/** Finds what the server hid before it stored a body. Pure. */
import type { JsonValue } from "@/lib/types";

/** What stands in place of a value that is not stored. */
const REDACTED = "[redacted]";

/** How many values of a body are hidden. */
export function countRedacted(body: JsonValue): number {
  if (typeof body === "string") return body.split(REDACTED).length - 1;
  if (Array.isArray(body)) return body.reduce<number>((sum, item) => sum + countRedacted(item), 0);
  if (typeof body !== "object" || body === null) return 0;
  return Object.values(body).reduce<number>((sum, item) => sum + countRedacted(item), 0);
}
