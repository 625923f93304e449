/** Names of cached answers. A prefix invalidates everything below it. */
import type { APIsQuery, RequestsQuery } from "@/lib/monitoringTypes";
import type { TimeRange } from "@/lib/types";

export const queryKeys = {
  me: ["me"] as const,
  models: ["models"] as const,
  modelList: ["models", "list"] as const,
  model: (modelId: number) => ["models", "one", modelId] as const,
  exports: ["exports"] as const,
  exportList: ["exports", "list"] as const,
  apiDetails: (apiId: number) => ["exports", "one", apiId] as const,
  monitoring: ["monitoring"] as const,
  summary: (range: TimeRange) => ["monitoring", "summary", range] as const,
  apis: (query: APIsQuery) => ["monitoring", "apis", query] as const,
  stats: (apiId: number, range: TimeRange) => ["monitoring", "stats", apiId, range] as const,
  requests: (apiId: number, query: RequestsQuery) => ["monitoring", "requests", apiId, query] as const,
  metrics: (apiId: number, range: TimeRange) => ["monitoring", "metrics", apiId, range] as const,
  cache: ["monitoring", "cache"] as const,
};
