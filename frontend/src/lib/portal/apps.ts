/** Calls about apps: what a developer builds, with its keys and its usage. */
import { getAll, getData, request } from "@/lib/http";
import type { App, AppDraft, Environment, UsageDay } from "@/lib/portal/types";

const one = (appId: string) => `/api/dev/apps/${encodeURIComponent(appId)}`;

export const appsApi = {
  list: (signal?: AbortSignal) => getAll<App>("/api/dev/apps", {}, signal),
  get: (appId: string, signal?: AbortSignal) => getData<App>(one(appId), {}, signal),
  usage: (appId: string, query: { days: number; environment: Environment }, signal?: AbortSignal) =>
    getData<UsageDay[]>(`${one(appId)}/usage`, query, signal),
  async create(draft: AppDraft): Promise<App> {
    return (await request<App>("POST", "/api/dev/apps", { body: draft })).data;
  },
  async change(appId: string, changes: Partial<AppDraft>): Promise<App> {
    return (await request<App>("PATCH", one(appId), { body: changes })).data;
  },
  async remove(appId: string): Promise<void> {
    await request<void>("DELETE", one(appId));
  },
};
