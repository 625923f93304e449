/** Calls about API keys and their limits. Every change that makes a secret carries a key of its own against doubles. */
import { getAll, getData, request } from "@/lib/http";
import type { KeyChange, KeyDraft, KeyStats, KeysQuery, Limits, LimitsChange, NewPortalKey, PortalKey, RotatedKey, Scope } from "@/lib/portal/types";

const KEYS = "/api/dev/api-keys";
const one = (keyId: string) => `/api/dev/keys/${encodeURIComponent(keyId)}`;

export const keysApi = {
  list: (query: KeysQuery, signal?: AbortSignal) => getAll<PortalKey>(KEYS, query, signal),
  get: (keyId: string, signal?: AbortSignal) => getData<PortalKey>(`${KEYS}/${encodeURIComponent(keyId)}`, {}, signal),
  stats: (keyId: string, days: number, signal?: AbortSignal) =>
    getData<KeyStats>(`${KEYS}/${encodeURIComponent(keyId)}/stats`, { days }, signal),
  scopes: (signal?: AbortSignal) => getData<Scope[]>("/api/dev/scopes", {}, signal),

  /** `attempt` names this one creation: sent again after a lost answer, it gives the same key. */
  async create(draft: KeyDraft, attempt: string): Promise<NewPortalKey> {
    return (await request<NewPortalKey>("POST", KEYS, { body: draft, idempotencyKey: attempt })).data;
  },
  async change(keyId: string, changes: KeyChange): Promise<PortalKey> {
    return (await request<PortalKey>("PATCH", `${KEYS}/${encodeURIComponent(keyId)}`, { body: changes })).data;
  },
  async rotate(keyId: string, graceSeconds: number, attempt: string): Promise<RotatedKey> {
    const body = { grace_seconds: graceSeconds };
    return (await request<RotatedKey>("POST", `${one(keyId)}/rotate`, { body, idempotencyKey: attempt })).data;
  },
  async revoke(keyId: string, reason: string): Promise<PortalKey> {
    const body = reason === "" ? {} : { reason };
    return (await request<PortalKey>("POST", `${KEYS}/${encodeURIComponent(keyId)}/revoke`, { body })).data;
  },
  async setLimits(keyId: string, changes: LimitsChange): Promise<Limits> {
    return (await request<Limits>("PUT", `${one(keyId)}/limits`, { body: changes })).data;
  },
};
