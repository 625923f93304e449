/**
 * Shapes of the developer portal by the names its pages use, from the schema as in lib/types.ts.
 * Times are RFC 3339 UTC, latencies milliseconds, rates percent 0..100, credits whole numbers; null means unknown or none.
 */
import type { Shape } from "@/lib/types";

export type PortalKey = Shape<"KeyOut">;
/** What making a key answers: the only time it is sent in clear. */
export type NewPortalKey = Shape<"CreatedKeyOut">;
export type RotatedKey = Shape<"RotatedKeyOut">;
export type KeyStatus = PortalKey["status"];
export type Environment = PortalKey["environment"];
export type KeyDraft = Partial<Shape<"NewKeyIn">> & Pick<Shape<"NewKeyIn">, "name"> & { environment: Environment };
export type KeyChange = Partial<Shape<"ChangeKeyIn">>;
export type Scope = Shape<"ScopeOut">;
export type KeyStats = Shape<"KeyStatsOut">;

export type Limits = Shape<"LimitsOut">;
export type LimitsChange = Partial<Shape<"LimitsIn">>;
export type OverageAction = Limits["overage_action"];
export type BindingPolicy = Limits["binding"];

export interface KeysQuery {
  environment?: Environment;
  app_id?: string;
  status?: KeyStatus;
}

/** `day` is a UTC date: 2026-11-22. */
export type UsageDay = Shape<"DayOut">;
export type UsageEndpoint = Overview["endpoints"][number];
export type Overview = Shape<"OverviewOut">;

export type App = Shape<"AppOut">;
export type AppDraft = Partial<Shape<"NewAppIn">> & Pick<Shape<"NewAppIn">, "name">;

export type Credits = Shape<"CreditsOut">;
export type Price = Shape<"PriceOut">;
export type LedgerEntry = Shape<"LedgerEntryOut">;

export type AccountRow = Shape<"AccountOut">;
export type AccountChange = Partial<Shape<"AccountChangeIn">>;
export type PlanName = NonNullable<Shape<"AccountChangeIn">["plan"]>;
export type CreditAdjustment = Shape<"AdjustmentOut">;

export type PortalSettings = Shape<"LogSettingsOut">;
