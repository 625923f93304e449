/** Better words for a refused change: of a 403 the server's own, which name the ceiling or the role that is missing. */
import { ApiError } from "@/lib/errors";

export function refusalText(error: Error | null): string | undefined {
  return error instanceof ApiError && error.status === 403 ? error.message : undefined;
}
