"use client";

/** Exported APIs: details and life cycle. Each change refreshes the lists that show it. */
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api";
import { portalKeys } from "@/lib/portal/queryKeys";
import { queryKeys } from "@/lib/queryKeys";
import type { APIStatus, ExportOptions } from "@/lib/types";

export function useAPIDetails(apiId: number | null) {
  return useQuery({
    queryKey: queryKeys.apiDetails(apiId ?? 0),
    queryFn: ({ signal }) => api.getAPIDetails(apiId ?? 0, signal),
    enabled: apiId !== null,
  });
}

export function useExportedAPIs() {
  return useQuery({ queryKey: queryKeys.exportList, queryFn: ({ signal }) => api.getExportedAPIs(signal) });
}

export function useExportModel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { modelId: number; options?: ExportOptions }) => api.exportModel(input.modelId, input.options),
    onSuccess: () => refresh(client),
    // The answer holds the clear key: it leaves the cache as soon as the modal lets go of it.
    gcTime: 0,
  });
}

export function useUpdateAPIStatus() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { apiId: number; status: APIStatus }) => api.updateAPIStatus(input.apiId, input.status),
    onSuccess: () => refresh(client),
  });
}

export function useUpdateAPI() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { apiId: number; changes: { name?: string; allowed_origins?: string[] } }) =>
      api.updateAPI(input.apiId, input.changes),
    onSuccess: () => refresh(client),
  });
}

export function useRegenerateAPIKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { apiId: number; graceSeconds?: number }) =>
      api.regenerateAPIKey(input.apiId, input.graceSeconds),
    onSuccess: () => refresh(client),
    gcTime: 0,
  });
}

export function useDeleteAPI() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (apiId: number) => api.deleteAPI(apiId),
    onSuccess: (_, apiId) => {
      client.removeQueries({ queryKey: queryKeys.apiDetails(apiId) });
      refresh(client);
    },
  });
}

/** The portal offers APIs as scopes and in the playground, lists their keys and ticks the first steps. */
function refresh(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: queryKeys.exports });
  void client.invalidateQueries({ queryKey: queryKeys.monitoring });
  void client.invalidateQueries({ queryKey: queryKeys.models });
  void client.invalidateQueries({ queryKey: portalKeys.all });
}
