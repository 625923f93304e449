/** Names of cached portal answers. A prefix invalidates everything below it. */
import type { Environment, KeysQuery } from "@/lib/portal/types";

export const portalKeys = {
  keys: ["portal", "keys"] as const,
  keyList: (query: KeysQuery) => ["portal", "keys", "list", query] as const,
  key: (keyId: string) => ["portal", "keys", "one", keyId] as const,
  keyStats: (keyId: string, days: number) => ["portal", "keys", "stats", keyId, days] as const,
  scopes: ["portal", "scopes"] as const,
  apps: ["portal", "apps"] as const,
  appList: ["portal", "apps", "list"] as const,
  app: (appId: string) => ["portal", "apps", "one", appId] as const,
  appUsage: (appId: string, days: number, environment: string) => ["portal", "apps", "usage", appId, days, environment] as const,
  overviews: ["portal", "overview"] as const,
  overview: (environment: Environment) => ["portal", "overview", environment] as const,
  credits: ["portal", "credits"] as const,
  balance: ["portal", "credits", "balance"] as const,
  ledger: (kind: string | null) => ["portal", "credits", "ledger", kind] as const,
  settings: ["portal", "settings"] as const,
  admin: ["portal", "admin"] as const,
  accounts: (email: string) => ["portal", "admin", "accounts", email] as const,
  accountKeys: (accountId: string) => ["portal", "admin", "keys", accountId] as const,
};
