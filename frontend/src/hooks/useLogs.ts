"use client";

/** The log of calls: pages of it, one entry, and its live tail. */
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Tail, extendTail } from "@/lib/portal/logTail";
import { portalKeys } from "@/lib/portal/queryKeys";
import { usageApi } from "@/lib/portal/usage";
import type { LogQuery } from "@/lib/portal/usageTypes";

const PAGE_SIZE = 50;
/** One poll takes this many; a busier second is caught up with in the next polls. */
const TAIL_SIZE = 200;
const TAIL_MS = 1_000;

/** Not renewed by itself: rows that jump cannot be read. The tail brings what is new. */
export function useLogs(query: LogQuery) {
  return useInfiniteQuery({
    queryKey: portalKeys.logList(query),
    queryFn: ({ pageParam, signal }) => usageApi.logs({ ...query, limit: PAGE_SIZE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  });
}

/** Asks each second for what came after `start`. The hidden tab asks for nothing (TanStack Query's default). */
export function useLogTail(query: LogQuery, start: string | null, running: boolean) {
  const client = useQueryClient();
  const queryKey = portalKeys.logTail(query, start);
  return useQuery<Tail>({
    queryKey,
    queryFn: async ({ signal }) => {
      const tail = client.getQueryData<Tail>(queryKey) ?? { rows: [], cursor: start };
      const page = await usageApi.logs({ ...query, limit: TAIL_SIZE, after: tail.cursor ?? undefined }, signal);
      return extendTail(tail, page.items);
    },
    enabled: running,
    refetchInterval: TAIL_MS,
    staleTime: 0,
    retry: false,
  });
}

/** One call with its bodies; a call never changes, so it is asked for once. */
export function useLog(requestId: string) {
  return useQuery({
    queryKey: portalKeys.log(requestId),
    queryFn: ({ signal }) => usageApi.log(requestId, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
