/** Which of the loaded keys are shown. Pure. */
import type { PortalKey } from "@/lib/portal/types";

export interface KeyFilterValues {
  show: "usable" | "history" | "all";
  app: string | null;
  search: string;
}

export function readFilters(params: { get: (name: string) => string | null }): KeyFilterValues {
  const show = params.get("show");
  return { show: show === "history" || show === "all" ? show : "usable", app: params.get("app"), search: params.get("q") ?? "" };
}

export function isUsable(key: PortalKey): boolean {
  return key.status === "active" || key.status === "expiring";
}

export function filterKeys(keys: readonly PortalKey[], { show, app, search }: KeyFilterValues): PortalKey[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return keys.filter((key) => {
    if (show !== "all" && isUsable(key) !== (show === "usable")) return false;
    if (app !== null && key.app_id !== app) return false;
    const text = `${key.name} ${key.key_masked} ${key.key_id} ${key.app_name ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The apps of these keys, by name. */
export function appsOf(keys: readonly PortalKey[]): { value: string; label: string }[] {
  const names = new Map(keys.flatMap((key) => (key.app_id === null ? [] : [[key.app_id, key.app_name ?? key.app_id] as const])));
  return [...names].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label));
}
