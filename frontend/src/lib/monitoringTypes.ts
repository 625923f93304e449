/** Shapes of the monitoring routes, from the schema like types.ts and with its conventions. */
import type { APIStatus, Shape, Task, TimeRange } from "@/lib/types";

/** One slot of a series; counts are zero and times null where nothing happened. */
export type Point = Shape<"Point">;
export type MonitoringSummary = Shape<"SummaryOut">;
/** The schema leaves task and status open here; they are those of the API. */
export type APISummary = Omit<Shape<"APISummaryOut">, "task" | "status"> & { task: Task; status: APIStatus };
export type APIStats = Shape<"APIStatsOut">;
export type SlowRequest = Shape<"SlowCallOut">;
/** The column may be empty; the journal always writes a status. */
export type APIRequest = Omit<Shape<"APIRequestOut">, "status_code"> & { status_code: number };
export type HourMetric = Shape<"HourOut">;
export type CacheStatus = Shape<"CacheOut">;
export type CacheWorker = Shape<"WorkerOut">;

export interface RequestsQuery {
  limit?: number;
  cursor?: string;
  status?: "success" | "error";
  request_id?: string;
}

export interface APIsQuery {
  time_range?: TimeRange;
  search?: string;
  status?: APIStatus;
  limit?: number;
  cursor?: string;
}
