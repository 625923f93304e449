"use client";

/** API keys: lists, one key, its figures and limits, and everything that changes them. */
import { type QueryClient, keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { keysApi } from "@/lib/portal/keys";
import { portalKeys } from "@/lib/portal/queryKeys";
import type { KeyChange, KeyDraft, KeysQuery, LimitsChange } from "@/lib/portal/types";

export function useKeys(query: KeysQuery) {
  return useQuery({ queryKey: portalKeys.keyList(query), queryFn: ({ signal }) => keysApi.list(query, signal) });
}

export function useKey(keyId: string | null) {
  return useQuery({
    queryKey: portalKeys.key(keyId ?? ""),
    queryFn: ({ signal }) => keysApi.get(keyId ?? "", signal),
    enabled: keyId !== null,
  });
}

export function useKeyStats(keyId: string, days: number) {
  return useQuery({
    queryKey: portalKeys.keyStats(keyId, days),
    queryFn: ({ signal }) => keysApi.stats(keyId, days, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
}

export function useScopes() {
  return useQuery({ queryKey: portalKeys.scopes, queryFn: ({ signal }) => keysApi.scopes(signal), staleTime: 60_000 });
}

export function useCreateKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { draft: KeyDraft; attempt: string }) => keysApi.create(input.draft, input.attempt),
    onSuccess: () => refresh(client),
    // The answer holds the clear key: it leaves the cache as soon as the dialog lets go of it.
    gcTime: 0,
  });
}

export function useRotateKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { keyId: string; graceSeconds: number; attempt: string }) => keysApi.rotate(input.keyId, input.graceSeconds, input.attempt),
    onSuccess: () => refresh(client),
    gcTime: 0,
  });
}

export function useChangeKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { keyId: string; changes: KeyChange }) => keysApi.change(input.keyId, input.changes),
    onSuccess: () => refresh(client),
  });
}

export function useRevokeKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { keyId: string; reason: string }) => keysApi.revoke(input.keyId, input.reason),
    onSuccess: () => refresh(client),
  });
}

export function useSetLimits() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { keyId: string; changes: LimitsChange }) => keysApi.setLimits(input.keyId, input.changes),
    onSuccess: () => refresh(client),
  });
}

/** Keys are counted by apps, by the overview and by administration too. */
function refresh(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: portalKeys.keys });
  void client.invalidateQueries({ queryKey: portalKeys.apps });
  void client.invalidateQueries({ queryKey: portalKeys.overviews });
  void client.invalidateQueries({ queryKey: portalKeys.admin });
}
