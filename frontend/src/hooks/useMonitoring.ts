"use client";

/**
 * Monitoring answers, refreshed while the page is seen. The hidden tab asks for nothing (TanStack Query's default),
 * and neither does one whose reader has paused it: `live` is that choice.
 */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api";
import type { APIsQuery, RequestsQuery } from "@/lib/monitoringTypes";
import { queryKeys } from "@/lib/queryKeys";
import type { TimeRange } from "@/lib/types";

/** Milliseconds between refreshes; figures on the server are at most one second behind. */
const REFRESH_MS = 10_000;

const refreshing = (live: boolean) =>
  ({ refetchInterval: live ? REFRESH_MS : false, refetchOnWindowFocus: live }) as const;

export function useMonitoringSummary(range: TimeRange, live: boolean) {
  return useQuery({
    queryKey: queryKeys.summary(range),
    queryFn: ({ signal }) => api.getMonitoringSummary(range, signal),
    placeholderData: keepPreviousData,
    ...refreshing(live),
  });
}

export function useMonitoringAPIs(query: APIsQuery, live: boolean) {
  return useInfiniteQuery({
    queryKey: queryKeys.apis(query),
    queryFn: ({ pageParam, signal }) => api.getMonitoringAPIs({ ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    ...refreshing(live),
  });
}

/** The figures of another API never stand in for those of this one; those of another range may, for a moment. */
export function useAPIStats(apiId: number, range: TimeRange, live: boolean) {
  return useQuery({
    queryKey: queryKeys.stats(apiId, range),
    queryFn: ({ signal }) => api.getAPIStats(apiId, range, signal),
    placeholderData: (previous) => (previous?.api_id === apiId ? previous : undefined),
    ...refreshing(live),
  });
}

/** `live` off while the reader studies one page: rows that jump cannot be read. */
export function useAPIRequests(apiId: number, query: RequestsQuery, live: boolean) {
  return useInfiniteQuery({
    queryKey: queryKeys.requests(apiId, query),
    queryFn: ({ pageParam, signal }) => api.getAPIRequestsPage(apiId, { ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    ...refreshing(live),
  });
}

/** One logged request by its id; null where the log no longer holds it. */
export function useAPIRequest(apiId: number, requestId: string | null) {
  return useQuery({
    queryKey: queryKeys.requests(apiId, { request_id: requestId ?? "", limit: 1 }),
    queryFn: async ({ signal }) => {
      const page = await api.getAPIRequestsPage(apiId, { request_id: requestId ?? "", limit: 1 }, signal);
      return page.items[0] ?? null;
    },
    enabled: requestId !== null,
    refetchOnWindowFocus: false,
  });
}

export function useCache(live: boolean) {
  return useQuery({
    queryKey: queryKeys.cache,
    queryFn: ({ signal }) => api.getCache(signal),
    ...refreshing(live),
  });
}
