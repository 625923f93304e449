/** Scopes as a person chooses them: which APIs a key may call, and what else it may do. Pure. */

export type CallReach = "all" | "chosen" | "none";

export interface ScopeChoice {
  reach: CallReach;
  /** predict:<id>, where only chosen APIs may be called. */
  apis: string[];
  management: string[];
}

const EVERY_API = "predict:*";

/** What a key may do beside calls, the narrowest first. */
export const MANAGEMENT_SCOPES = ["read", "write", "portal:read", "portal:write", "portal:*"] as const;
export type ManagementScope = (typeof MANAGEMENT_SCOPES)[number];

export function isManagementScope(scope: string): scope is ManagementScope {
  return MANAGEMENT_SCOPES.some((known) => known === scope);
}

/** A scope for one API; the one for every API is not among them. */
export function isOneAPI(scope: string): boolean {
  return scope.startsWith("predict:") && scope !== EVERY_API;
}

export function scopesOf({ reach, apis, management }: ScopeChoice): string[] {
  if (reach === "all") return [EVERY_API, ...management];
  return reach === "chosen" ? [...apis, ...management] : [...management];
}

/** A key without any scope could do nothing. */
export function isComplete(choice: ScopeChoice): boolean {
  return scopesOf(choice).length > 0 && (choice.reach !== "chosen" || choice.apis.length > 0);
}

/** Whether these scopes let a key call one API. */
export function mayCall(scopes: readonly string[], apiId: number): boolean {
  return scopes.includes(EVERY_API) || scopes.includes("write") || scopes.includes(`predict:${apiId}`);
}
