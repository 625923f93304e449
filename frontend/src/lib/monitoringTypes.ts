/** Shapes of the monitoring routes. Same conventions as types.ts. */
import type { APIStatus, JsonValue, Task, TimeRange } from "@/lib/types";

/** One slot of a series; counts are zero and times null where nothing happened. */
export interface Point {
  timestamp: string;
  request_count: number;
  success_count: number;
  error_count: number;
  avg_response_time: number | null;
  p50_response_time: number | null;
  p95_response_time: number | null;
  p99_response_time: number | null;
  avg_cpu_usage: number | null;
  peak_cpu_usage: number | null;
  avg_memory_usage: number | null;
  peak_memory_usage: number | null;
}

export interface MonitoringSummary {
  time_range: TimeRange;
  from: string;
  to: string;
  total_apis: number;
  active_apis: number;
  total_requests: number;
  requests_in_range: number;
  success_rate: number | null;
  error_rate: number | null;
  avg_response_time: number | null;
  p95_response_time: number | null;
  avg_cpu_usage: number | null;
  avg_memory_usage: number | null;
  series: Point[];
}

export interface APISummary {
  id: number;
  name: string;
  model_id: number;
  model_name: string;
  task: Task;
  status: APIStatus;
  api_endpoint: string;
  created_at: string;
  last_used_at: string | null;
  total_requests: number;
  requests_24h: number;
  requests_in_range: number;
  success_rate: number | null;
  error_rate: number | null;
  avg_response_time: number | null;
  p95_response_time: number | null;
  avg_cpu_usage: number | null;
  avg_memory_usage: number | null;
  sparkline: number[];
}

export interface SlowRequest {
  request_id: string;
  timestamp: string;
  response_time: number;
  status_code: number;
}

export interface APIStats {
  api_id: number;
  time_range: TimeRange;
  from: string;
  to: string;
  resolution_seconds: number;
  usage: {
    total_requests: number;
    requests_in_range: number;
    requests_24h: number;
    requests_7d: number;
    success_count: number;
    error_count: number;
    success_rate: number | null;
    error_rate: number | null;
    status_codes: Record<string, number>;
  };
  performance: {
    avg_response_time: number | null;
    min_response_time: number | null;
    max_response_time: number | null;
    p50_response_time: number | null;
    p95_response_time: number | null;
    p99_response_time: number | null;
    distribution: { from: number; to: number | null; count: number }[];
    slowest: SlowRequest[];
  };
  resources: {
    avg_cpu_usage: number | null;
    peak_cpu_usage: number | null;
    avg_memory_usage: number | null;
    peak_memory_usage: number | null;
  };
  series: Point[];
}

export interface APIRequest {
  id: number;
  request_id: string;
  api_id: number;
  timestamp: string;
  status_code: number;
  response_time: number | null;
  cpu_usage: number | null;
  memory_usage: number | null;
  request_data: JsonValue;
  response_data: JsonValue;
  error_message: string | null;
  rows: number | null;
  key_id: string | null;
}

export interface HourMetric {
  hour_timestamp: string;
  request_count: number;
  avg_response_time: number | null;
  success_count: number;
  error_count: number;
  avg_cpu_usage: number | null;
  avg_memory_usage: number | null;
  p50_response_time: number | null;
  p95_response_time: number | null;
  p99_response_time: number | null;
}

export interface CachedModel {
  model_id: number;
  name: string;
  bytes: number;
  hits: number;
  load_ms: number;
  loaded_at: string;
}

export interface CacheWorker {
  pid: number;
  rss_mb: number;
  cpu_percent: number;
  models: CachedModel[];
  hits: number;
  misses: number;
  evictions: number;
}

export interface CacheStatus {
  capacity: number;
  hits: number;
  misses: number;
  evictions: number;
  hit_rate: number | null;
  load_ms_avg: number | null;
  workers: CacheWorker[];
}

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
