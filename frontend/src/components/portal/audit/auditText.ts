/** Entries of the trail in words. Pure. */
import type { I18n } from "@/i18n/I18nProvider";
import { ACTORS, knownAction } from "@/lib/portal/auditActions";
import type { AuditEntry } from "@/lib/portal/auditTypes";

export function actionText(action: string, t: I18n["t"]): string {
  const known = knownAction(action);
  return known ? t(`audit.action_${known}`) : action;
}

export function actorText(actor: AuditEntry["actor"], t: I18n["t"]): string {
  const type = ACTORS.find((one) => one === actor.type);
  const kind = type ? t(`audit.actor_${type}`) : actor.type;
  if (actor.type === "key") return `${kind} ${actor.key_id ?? ""}`.trim();
  return actor.type === "session" && actor.email ? actor.email : kind;
}
