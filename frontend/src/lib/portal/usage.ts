/** Calls of the usage and log pages. Throws ApiError; holds no state. */
import { getData, getPage, queryString } from "@/lib/http";
import type { LogDetail, LogEntry, LogQuery, Usage, UsageQuery } from "@/lib/portal/usageTypes";

export const usageApi = {
  usage: (query: UsageQuery, signal?: AbortSignal) => getData<Usage>("/api/dev/usage", query, signal),
  logs: (query: LogQuery, signal?: AbortSignal) => getPage<LogEntry>("/api/dev/logs", query, signal),
  log: (requestId: string, signal?: AbortSignal) =>
    getData<LogDetail>(`/api/dev/logs/${encodeURIComponent(requestId)}`, {}, signal),
};

/** A download of what the filters show: a plain link, since the session travels as a cookie. */
export function exportAddress(format: "csv" | "json", query: LogQuery): string {
  return `/api/dev/logs/export${queryString({ format, ...query })}`;
}
