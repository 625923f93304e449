/** Filters of the log, as the address carries them and as the server takes them. Pure. */
import { readTime } from "@/lib/portal/moments";
import type { Environment } from "@/lib/portal/types";
import type { LogQuery, Source } from "@/lib/portal/usageTypes";

export const SOURCES = ["api", "playground", "internal"] as const satisfies readonly Source[];
export const STATUS_CLASSES = ["success", "error", "4xx", "5xx"] as const;
export const STATUS_CODES = ["200", "400", "401", "402", "403", "404", "413", "429", "500", "503"] as const;

export interface LogFilters {
  key: string | null;
  path: string | null;
  /** A class or a code. */
  status: string | null;
  source: Source | null;
  from: string | null;
  to: string | null;
  request: string | null;
}

export const NO_FILTERS: LogFilters = { key: null, path: null, status: null, source: null, from: null, to: null, request: null };

/** The address is anybody's to write: what the server would refuse is left out. */
export function readFilters(params: { get: (name: string) => string | null }): LogFilters {
  return {
    key: params.get("key") || null,
    path: params.get("path") || null,
    status: readStatus(params.get("status")),
    source: SOURCES.find((source) => source === params.get("source")) ?? null,
    from: readTime(params.get("from")),
    to: readTime(params.get("to")),
    request: params.get("request") || null,
  };
}

export function logQuery(filters: LogFilters, environment: Environment): LogQuery {
  return {
    environment,
    key_id: filters.key ?? undefined,
    endpoint: filters.path ?? undefined,
    status: filters.status ?? undefined,
    source: filters.source ?? undefined,
    from: filters.from ?? undefined,
    to: filters.to ?? undefined,
    request_id: filters.request ?? undefined,
  };
}

export function isFiltered(filters: LogFilters): boolean {
  return Object.values(filters).some((value) => value !== null);
}

function readStatus(text: string | null): string | null {
  if (text === null) return null;
  return STATUS_CLASSES.some((one) => one === text) || /^[1-5]\d\d$/.test(text) ? text : null;
}
