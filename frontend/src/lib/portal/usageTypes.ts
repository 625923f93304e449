/** Shapes of usage and of the log of calls. Latencies are milliseconds, rates percent 0..100, times RFC 3339 UTC. */
import type { Environment, UsageDay, UsageEndpoint, UsageTotals } from "@/lib/portal/types";
import type { JsonValue } from "@/lib/types";

export interface DayUsage extends UsageDay {
  credits: number;
}

export interface KeyUsage {
  key_id: string | null;
  name: string | null;
  environment: Environment;
  calls: number;
  errors: number;
  credits: number;
}

export interface Usage {
  from: string;
  to: string;
  totals: UsageTotals;
  days: DayUsage[];
  endpoints: UsageEndpoint[];
  keys: KeyUsage[];
}

export interface UsageQuery {
  days?: number;
  from?: string;
  to?: string;
  environment?: Environment;
  key_id?: string;
  app_id?: string;
  endpoint?: string;
}

export type Source = "api" | "playground" | "internal";

export interface LogEntry {
  cursor: string;
  request_id: string;
  occurred_at: string;
  method: string;
  endpoint: string;
  kind: string;
  api_id: number | null;
  key_id: string | null;
  key_name: string | null;
  app_id: string | null;
  environment: Environment;
  source: string;
  status: number;
  latency_ms: number;
  bytes_in: number;
  bytes_out: number;
  rows: number;
  credits: number;
  is_overage: boolean;
  ip: string | null;
  country: string | null;
  error_message: string | null;
}

export interface LogDetail extends LogEntry {
  request_data: JsonValue;
  response_data: JsonValue;
}

export interface LogQuery {
  key_id?: string;
  endpoint?: string;
  status?: string;
  from?: string;
  to?: string;
  request_id?: string;
  environment?: Environment;
  source?: Source;
  limit?: number;
  cursor?: string;
  /** Only what came after this cursor: for the live tail. */
  after?: string;
}
