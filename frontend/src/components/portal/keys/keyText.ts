/** Texts about keys that several views share. */
import type { I18n } from "@/i18n/I18nProvider";
import { type ManagementScope, isManagementScope } from "@/lib/portal/scopes";
import type { Limits, Scope } from "@/lib/portal/types";

/** A scope in the reader's words; an API's by the name the server gives it. */
export function scopeTitle(scope: string, t: I18n["t"], known: readonly Scope[] = []): string {
  if (scope === "predict:*") return t("keys.scope_predict_all");
  if (isManagementScope(scope)) return managementTitle(scope, t);
  return known.find((item) => item.scope === scope)?.title ?? scope;
}

const MANAGEMENT_TEXT = {
  read: "keys.scope_read",
  write: "keys.scope_write",
  "portal:read": "keys.scope_portal_read",
  "portal:write": "keys.scope_portal_write",
  "portal:*": "keys.scope_portal_all",
} as const;

const MANAGEMENT_HINT = {
  read: "keys.scopeHint_read",
  write: "keys.scopeHint_write",
  "portal:read": "keys.scopeHint_portal_read",
  "portal:write": "keys.scopeHint_portal_write",
  "portal:*": "keys.scopeHint_portal_all",
} as const;

function managementTitle(scope: ManagementScope, t: I18n["t"]): string {
  return t(MANAGEMENT_TEXT[scope]);
}

export function managementHint(scope: ManagementScope, t: I18n["t"]): string {
  return t(MANAGEMENT_HINT[scope]);
}

/** 100/min, in short. */
export function rateText(limits: Limits, { t, format }: I18n): string {
  return t("keys.perMinute", { count: format.integer(limits.effective_per_minute) });
}
