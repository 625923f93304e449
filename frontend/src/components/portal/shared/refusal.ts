/** The words for a refused change: of a 403 the server's own, which name the ceiling or the role that is missing. */
import { errorText } from "@/components/ui/ErrorState";
import type { I18n } from "@/i18n/I18nProvider";
import { ApiError } from "@/lib/errors";

export function refusalText(error: Error | null, t: I18n["t"]): string | undefined {
  if (!error) return undefined;
  return error instanceof ApiError && error.status === 403 ? error.message : errorText(error, t);
}
