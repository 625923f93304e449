"use client";

/** The balance of credits and its ledger. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { creditsApi } from "@/lib/portal/credits";
import { portalKeys } from "@/lib/portal/queryKeys";

const LEDGER_PAGE = 25;

export function useCredits() {
  return useQuery({ queryKey: portalKeys.balance, queryFn: ({ signal }) => creditsApi.balance(signal), refetchInterval: 10_000 });
}

export function useLedger(kind: string | null) {
  return useInfiniteQuery({
    queryKey: portalKeys.ledger(kind),
    queryFn: ({ pageParam, signal }) => creditsApi.ledger({ kind: kind ?? undefined, limit: LEDGER_PAGE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}
