/** Shapes of the audit trail, from the schema. */
import type { Shape } from "@/lib/types";

export type AuditEntry = Shape<"AuditEntryOut">;
export type Verification = Shape<"VerificationOut">;

export interface AuditQuery {
  action?: string;
  key_id?: string;
  from?: string;
  to?: string;
  limit?: number;
  cursor?: string;
}
