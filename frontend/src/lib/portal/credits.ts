/** Calls about credits, and the overview that sums the portal up. */
import { type Page, getData, getPage } from "@/lib/http";
import type { Credits, Environment, LedgerEntry, Overview } from "@/lib/portal/types";

export const creditsApi = {
  balance: (signal?: AbortSignal) => getData<Credits>("/api/dev/credits", {}, signal),
  ledger: (query: { kind?: string; limit?: number; cursor?: string }, signal?: AbortSignal): Promise<Page<LedgerEntry>> =>
    getPage<LedgerEntry>("/api/dev/credits/ledger", query, signal),
  overview: (environment: Environment, signal?: AbortSignal) => getData<Overview>("/api/dev/overview", { environment }, signal),
};
