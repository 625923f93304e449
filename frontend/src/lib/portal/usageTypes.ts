/** Shapes of usage and of the log of calls, from the schema. Latencies are milliseconds, rates percent 0..100, days UTC days. */
import type { Environment } from "@/lib/portal/types";
import type { Shape } from "@/lib/types";

export type DayUsage = Shape<"ChargedDayOut">;
export type KeyUsage = Shape<"KeyUseOut">;
export type Usage = Shape<"UsageOut">;

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

/** The schema leaves the environment open here. */
export type LogEntry = Omit<Shape<"LogOut">, "environment"> & { environment: Environment };
export type LogDetail = Omit<Shape<"LogDetailOut">, "environment"> & { environment: Environment };

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
