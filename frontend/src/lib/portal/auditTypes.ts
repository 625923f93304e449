/** Shapes of the audit trail. */
import type { JsonObject } from "@/lib/types";

export interface AuditEntry {
  id: number;
  /** 1, 2, 3 ... within the account, without gaps. */
  seq: number;
  action: string;
  target: JsonObject;
  actor: { type: string; account_id: string | null; email: string | null; key_id: string | null };
  ip: string | null;
  user_agent: string | null;
  request_id: string | null;
  details: JsonObject;
  created_at: string;
  prev_hash: string;
  hash: string;
}

export interface AuditQuery {
  action?: string;
  key_id?: string;
  from?: string;
  to?: string;
  limit?: number;
  cursor?: string;
}

export interface Verification {
  is_intact: boolean;
  checked: number;
  /** The entry's id is null where the entry itself is gone. */
  first_broken: { id: number | null; seq: number; why: string } | null;
}
