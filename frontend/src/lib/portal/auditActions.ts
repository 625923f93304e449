/** What the audit trail can tell of, and what the address says about which of it to show. Pure. */
import type { AuditEntry, AuditQuery } from "@/lib/portal/auditTypes";
import { readTime } from "@/lib/portal/moments";

export const ACTIONS = [
  "account.registered",
  "account.plan_changed",
  "account.status_changed",
  "session.started",
  "session.failed",
  "profile.changed",
  "settings.changed",
  "key.created",
  "key.revealed",
  "key.rotated",
  "key.revoked",
  "key.changed",
  "key.regenerated",
  "limits.changed",
  "app.created",
  "app.changed",
  "app.deleted",
  "api.exported",
  "api.status_changed",
  "api.changed",
  "api.deleted",
  "model.runtime_changed",
  "credits.granted",
  "credits.adjusted",
  "credits.expired",
  "project.created",
  "project.changed",
  "project.deleted",
  "member.added",
  "member.changed",
  "member.removed",
] as const;

export const ACTORS = ["session", "key", "admin", "anonymous", "command", "system"] as const;

/** Null for an action newer than this page: it is shown by its own name. */
export function knownAction(action: string): (typeof ACTIONS)[number] | null {
  return ACTIONS.find((one) => one === action) ?? null;
}

export interface AuditFilters {
  action: string | null;
  key: string | null;
  from: string | null;
  to: string | null;
}

export function readAuditFilters(params: { get: (name: string) => string | null }): AuditFilters {
  const action = params.get("action") ?? "";
  return {
    action: /^[a-z_.]{1,60}$/.test(action) ? action : null,
    key: params.get("key") || null,
    from: readTime(params.get("from")),
    to: readTime(params.get("to")),
  };
}

export function auditQuery({ action, key, from, to }: AuditFilters): AuditQuery {
  return { action: action ?? undefined, key_id: key ?? undefined, from: from ?? undefined, to: to ?? undefined };
}

const UNTOLD: readonly string[] = ["account_id", "session_id"];

/** What was acted on, as one line: names before ids. `keyNames` says what keys are called now. */
export function targetText({ target, details }: Pick<AuditEntry, "target" | "details">, keyNames: ReadonlyMap<string, string>): string {
  const named = [details.name, target.name, details.email, target.email].find((value): value is string => typeof value === "string" && value !== "");
  // Of the own account and of sessions the ids tell a reader nothing; the detail shows them.
  const ids = Object.entries(target).filter(([key, value]) => !UNTOLD.includes(key) && (typeof value === "string" || typeof value === "number"));
  const keyName = typeof target.key_id === "string" ? keyNames.get(target.key_id) : undefined;
  return keyName ?? named ?? ids.map(([, id]) => String(id)).join(" · ");
}
