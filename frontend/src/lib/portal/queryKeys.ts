/** Names of cached portal answers. A prefix invalidates everything below it. */
import type { AuditQuery } from "@/lib/portal/auditTypes";
import type { Environment, KeysQuery } from "@/lib/portal/types";
import type { LogQuery, UsageQuery } from "@/lib/portal/usageTypes";

export const portalKeys = {
  all: ["portal"] as const,
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
  audit: (query: AuditQuery) => ["portal", "audit", query] as const,
  usages: ["portal", "usage"] as const,
  usage: (query: UsageQuery) => ["portal", "usage", query] as const,
  logs: ["portal", "logs"] as const,
  logList: (query: LogQuery) => ["portal", "logs", "list", query] as const,
  logTail: (query: LogQuery, start: string | null) => ["portal", "logs", "tail", query, start] as const,
  log: (requestId: string) => ["portal", "logs", "one", requestId] as const,
  endpoints: ["portal", "playground", "endpoints"] as const,
  endpointDocs: (name: string) => ["portal", "playground", "docs", name] as const,
  projects: ["portal", "projects"] as const,
  projectList: (page: number) => ["portal", "projects", "list", page] as const,
  project: (id: string) => ["portal", "projects", "one", id] as const,
  members: (id: string) => ["portal", "projects", "members", id] as const,
};
