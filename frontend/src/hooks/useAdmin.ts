"use client";

/** Other people's accounts, for administrators; and the portal settings of one's own. */
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { adminApi, settingsApi } from "@/lib/portal/admin";
import { portalKeys } from "@/lib/portal/queryKeys";
import type { AccountChange } from "@/lib/portal/types";

export function useAccounts(email: string) {
  return useInfiniteQuery({
    queryKey: portalKeys.accounts(email),
    queryFn: ({ pageParam, signal }) => adminApi.accounts({ email, limit: 25, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function useAccountKeys(accountId: string) {
  return useQuery({ queryKey: portalKeys.accountKeys(accountId), queryFn: ({ signal }) => adminApi.keys(accountId, signal) });
}

export function useChangeAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { accountId: string; changes: AccountChange }) => adminApi.change(input.accountId, input.changes),
    onSuccess: () => client.invalidateQueries({ queryKey: portalKeys.admin }),
  });
}

export function useAdjustCredits() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { accountId: string; amount: number; reason: string; attempt: string }) =>
      adminApi.adjustCredits(input.accountId, input.amount, input.reason, input.attempt),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: portalKeys.admin });
      void client.invalidateQueries({ queryKey: portalKeys.credits });
    },
  });
}

export function usePortalSettings() {
  return useQuery({ queryKey: portalKeys.settings, queryFn: ({ signal }) => settingsApi.get(signal) });
}

export function useSetPortalSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: settingsApi.set,
    onSuccess: (settings) => client.setQueryData(portalKeys.settings, settings),
  });
}
