/**
 * Shapes of the developer portal: keys, apps, limits, credits, overview, administration.
 * Times are RFC 3339 UTC, latencies milliseconds, rates percent 0..100, credits whole numbers; null means unknown or none.
 */
import type { JsonObject } from "@/lib/types";

export type Environment = "live" | "test";
export type OverageAction = "block" | "warn" | "charge";
export type KeyStatus = "active" | "expiring" | "expired" | "revoked";
export type PlanName = "free" | "pro" | "business";
export type BindingPolicy = "plan" | "per-key" | "daily-quota";

export interface Limits {
  /** Capacity of the token bucket; null for an exact window of `sustained_limit` a minute. */
  burst_limit: number | null;
  sustained_limit: number;
  window_seconds: number;
  daily_quota: number | null;
  overage_action: OverageAction;
  plan: string;
  plan_limit: number;
  plan_applies: boolean;
  binding: BindingPolicy;
  effective_per_minute: number;
  effective_daily_ceiling: number;
}

export type LimitsChange = Partial<Pick<Limits, "burst_limit" | "sustained_limit" | "daily_quota" | "overage_action">>;

export interface PortalKey {
  id: string;
  key_id: string;
  name: string;
  app_id: string | null;
  app_name: string | null;
  api_id: number | null;
  environment: Environment;
  key_masked: string;
  scopes: string[];
  status: KeyStatus;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
  revoked_reason: string | null;
  replaces_key_id: string | null;
  replaced_by_key_id: string | null;
  allowed_origins: string[];
  allowed_addresses: string[];
  signature_schemes: string[];
  signature_required: boolean;
  limits: Limits;
}

export interface NewPortalKey extends PortalKey {
  /** In clear, this once. */
  api_key: string;
  warnings: string[];
}

export interface RotatedKey extends PortalKey {
  api_key: string;
  previous_key_id: string;
  previous_key_expires_at: string | null;
}

export interface KeyDraft {
  name: string;
  environment: Environment;
  app_id?: string;
  scopes?: string[];
  expires_at?: string;
  allowed_origins?: string[];
  allowed_addresses?: string[];
  signing?: boolean;
  signature_required?: boolean;
}

export interface KeyChange {
  name?: string;
  allowed_origins?: string[];
  allowed_addresses?: string[];
  signature_required?: boolean;
}

export interface KeysQuery {
  environment?: Environment;
  app_id?: string;
  status?: KeyStatus;
}

export interface Scope {
  scope: string;
  title: string;
  description: string;
}

export interface UsageDay {
  /** A UTC date: 2026-11-22. */
  day: string;
  calls: number;
  errors: number;
  avg_latency_ms: number | null;
  p95_latency_ms: number | null;
  p99_latency_ms: number | null;
  bytes: number;
}

export interface UsageTotals {
  calls: number;
  errors: number;
  error_rate: number | null;
  limited: number;
  avg_latency_ms: number | null;
  p95_latency_ms: number | null;
  p99_latency_ms: number | null;
  bytes_in: number;
  bytes_out: number;
  rows: number;
  credits: number;
}

export interface UsageEndpoint {
  endpoint: string;
  kind: string;
  name: string | null;
  calls: number;
  errors: number;
  avg_latency_ms: number | null;
  p95_latency_ms: number | null;
  credits: number;
}

export interface KeyStats {
  key_id: string;
  name: string;
  days: number;
  totals: UsageTotals;
  series: UsageDay[];
  today: { calls: number; daily_quota: number | null; share: number | null };
  window: { policy: string; limit: number; remaining: number; reset_at: string };
  last_used_at: string | null;
}

export interface Overview {
  calls_today: number;
  calls_30d: number;
  error_rate_30d: number | null;
  p95_latency_ms_30d: number | null;
  active_keys: number;
  credits: { current_credits: number; month_consumed: number; progress: number; alert: boolean; plan: string };
  days: UsageDay[];
  endpoints: UsageEndpoint[];
  first_steps: { has_api: boolean; has_app: boolean; has_key: boolean; has_call: boolean };
}

export interface App {
  id: string;
  name: string;
  description: string;
  project_id: string | null;
  project_name: string | null;
  role: string;
  key_count: number;
  created_at: string;
}

export interface AppDraft {
  name: string;
  description?: string;
  project_id?: string | null;
}

export interface Price {
  kind: string;
  title: string;
  unit: string;
  credits: number;
}

export interface Credits {
  current_credits: number;
  on_hold: number;
  month: { month: string; consumed: number; calls: number; granted: number };
  plan: { name: string; title: string; monthly_credits: number; calls_per_minute: number };
  /** 0..1: consumed / (consumed + current). */
  progress: number;
  alert: boolean;
  prices: Price[];
}

export interface LedgerEntry {
  id: number;
  kind: string;
  /** Change of what is available. */
  amount: number;
  balance_after: number;
  calls: number;
  reason: string | null;
  actor_id: string | null;
  created_at: string;
}

export interface AccountRow {
  id: string;
  email: string;
  name: string;
  role: string;
  plan: string;
  status: "active" | "suspended";
  created_at: string;
  current_credits: number;
  api_count: number;
  key_count: number;
}

export interface AccountChange {
  plan?: PlanName;
  status?: AccountRow["status"];
}

export interface PortalSettings {
  redacted_fields: string[];
}

export interface CreditAdjustment {
  current_credits: number;
  entry: LedgerEntry | JsonObject;
}
