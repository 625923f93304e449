"use client";

/** Usage of the account, by day, endpoint and key. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { portalKeys } from "@/lib/portal/queryKeys";
import { usageApi } from "@/lib/portal/usage";
import type { UsageQuery } from "@/lib/portal/usageTypes";

const REFRESH_MS = 30_000;

export function useUsage(query: UsageQuery) {
  return useQuery({
    queryKey: portalKeys.usage(query),
    queryFn: ({ signal }) => usageApi.usage(query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}
