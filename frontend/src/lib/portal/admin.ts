/** Calls of administrators about other accounts, and the settings of one's own portal. */
import { type Page, getAll, getData, getPage, request } from "@/lib/http";
import type { AccountChange, AccountRow, CreditAdjustment, PortalKey, PortalSettings } from "@/lib/portal/types";

const one = (accountId: string) => `/api/admin/accounts/${encodeURIComponent(accountId)}`;

export const adminApi = {
  accounts: (query: { email?: string; limit?: number; cursor?: string }, signal?: AbortSignal): Promise<Page<AccountRow>> =>
    getPage<AccountRow>("/api/admin/accounts", query, signal),
  keys: (accountId: string, signal?: AbortSignal) => getAll<PortalKey>(`${one(accountId)}/keys`, {}, signal),
  async change(accountId: string, changes: AccountChange): Promise<AccountRow> {
    return (await request<AccountRow>("PATCH", one(accountId), { body: changes })).data;
  },
  async adjustCredits(accountId: string, amount: number, reason: string, attempt: string): Promise<CreditAdjustment> {
    const body = { amount, reason };
    return (await request<CreditAdjustment>("POST", `${one(accountId)}/credits`, { body, idempotencyKey: attempt })).data;
  },
};

export const settingsApi = {
  get: (signal?: AbortSignal) => getData<PortalSettings>("/api/dev/settings", {}, signal),
  async set(settings: PortalSettings): Promise<PortalSettings> {
    return (await request<PortalSettings>("PUT", "/api/dev/settings", { body: settings })).data;
  },
};
