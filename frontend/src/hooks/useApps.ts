"use client";

/** Apps: the list, one app with its usage, and their life cycle. */
import { type QueryClient, keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEnvironment } from "@/hooks/useEnvironment";
import { appsApi } from "@/lib/portal/apps";
import { portalKeys } from "@/lib/portal/queryKeys";
import type { AppDraft } from "@/lib/portal/types";

export function useApps() {
  return useQuery({ queryKey: portalKeys.appList, queryFn: ({ signal }) => appsApi.list(signal) });
}

export function useApp(appId: string | null) {
  return useQuery({
    queryKey: portalKeys.app(appId ?? ""),
    queryFn: ({ signal }) => appsApi.get(appId ?? "", signal),
    enabled: appId !== null,
  });
}

export function useAppUsage(appId: string, days: number) {
  const { environment } = useEnvironment();
  return useQuery({
    queryKey: portalKeys.appUsage(appId, days, environment),
    queryFn: ({ signal }) => appsApi.usage(appId, { days, environment }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
}

export function useCreateApp() {
  const client = useQueryClient();
  return useMutation({ mutationFn: (draft: AppDraft) => appsApi.create(draft), onSuccess: () => refresh(client) });
}

export function useChangeApp() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { appId: string; changes: Partial<AppDraft> }) => appsApi.change(input.appId, input.changes),
    onSuccess: () => refresh(client),
  });
}

/** Its keys are revoked with it. */
export function useDeleteApp() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (appId: string) => appsApi.remove(appId),
    onSuccess: (_, appId) => {
      client.removeQueries({ queryKey: portalKeys.app(appId) });
      refresh(client);
    },
  });
}

function refresh(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: portalKeys.apps });
  void client.invalidateQueries({ queryKey: portalKeys.keys });
  void client.invalidateQueries({ queryKey: portalKeys.overviews });
}
