/** Filters and order of the list of APIs, kept in the address. Pure. */
import type { APISummary } from "@/lib/monitoringTypes";
import type { APIStatus, Task } from "@/lib/types";

/** `newest` is the server's own order; for every other one all pages must be at hand. */
export const SORTS = ["newest", "requests", "errors", "p95", "name", "used"] as const;
export const STATUSES = ["active", "inactive", "error"] as const satisfies readonly APIStatus[];
export const TASKS = [
  "classification",
  "regression",
  "clustering",
  "outlier_detection",
  "transformation",
] as const satisfies readonly Task[];

export type Sort = (typeof SORTS)[number];

export interface Filters {
  search: string;
  status: APIStatus | null;
  task: Task | null;
  sort: Sort;
}

interface Params {
  get: (name: string) => string | null;
}

export function parseFilters(params: Params): Filters {
  const among = <T extends string>(values: readonly T[], name: string) =>
    values.find((value) => value === params.get(name)) ?? null;
  return {
    search: params.get("q")?.trim() ?? "",
    status: among(STATUSES, "status"),
    task: among(TASKS, "task"),
    sort: among(SORTS, "sort") ?? "newest",
  };
}

export function isFiltered(filters: Filters): boolean {
  return filters.search !== "" || filters.status !== null || filters.task !== null;
}

/** The server searches and filters by status page by page; task and order are ours, so they need every page. */
export function needsEveryPage(filters: Filters): boolean {
  return filters.task !== null || filters.sort !== "newest";
}

export function arrange(apis: readonly APISummary[], { task, sort }: Filters, locale: string): APISummary[] {
  const chosen = task === null ? [...apis] : apis.filter((api) => api.task === task);
  return sort === "newest" ? chosen : chosen.sort(comparer(sort, locale));
}

type Compare = (a: APISummary, b: APISummary) => number;

function comparer(sort: Exclude<Sort, "newest">, locale: string): Compare {
  const names = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  const byName: Compare = (a, b) => names.compare(a.name, b.name) || a.id - b.id;
  if (sort === "name") return byName;
  return (a, b) => valueOf(b, sort) - valueOf(a, sort) || byName(a, b);
}

/** Greatest first; an API without a figure comes last. */
function valueOf(api: APISummary, sort: "requests" | "errors" | "p95" | "used"): number {
  if (sort === "requests") return api.requests_in_range;
  if (sort === "errors") return ((api.error_rate ?? 0) / 100) * api.requests_in_range;
  if (sort === "p95") return api.p95_response_time ?? -1;
  return api.last_used_at === null ? -1 : Date.parse(api.last_used_at);
}
