"use client";

/** Monitoring answers, refreshed while the page is seen. The hidden tab asks for nothing (TanStack Query's default). */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api";
import type { APIsQuery, RequestsQuery } from "@/lib/monitoringTypes";
import { queryKeys } from "@/lib/queryKeys";
import type { TimeRange } from "@/lib/types";

/** Milliseconds between refreshes; figures on the server are at most one second behind. */
export const REFRESH_MS = 5_000;

export function useMonitoringSummary(range: TimeRange) {
  return useQuery({
    queryKey: queryKeys.summary(range),
    queryFn: ({ signal }) => api.getMonitoringSummary(range, signal),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export function useMonitoringAPIs(query: APIsQuery) {
  return useInfiniteQuery({
    queryKey: queryKeys.apis(query),
    queryFn: ({ pageParam, signal }) => api.getMonitoringAPIs({ ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

export function useAPIStats(apiId: number | null, range: TimeRange) {
  return useQuery({
    queryKey: queryKeys.stats(apiId ?? 0, range),
    queryFn: ({ signal }) => api.getAPIStats(apiId ?? 0, range, signal),
    enabled: apiId !== null,
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
}

/** `live` off while the reader studies one page: rows that jump cannot be read. */
export function useAPIRequests(apiId: number | null, query: RequestsQuery, live: boolean) {
  return useInfiniteQuery({
    queryKey: queryKeys.requests(apiId ?? 0, query),
    queryFn: ({ pageParam, signal }) => api.getAPIRequestsPage(apiId ?? 0, { ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    enabled: apiId !== null,
    refetchInterval: live ? REFRESH_MS : false,
    placeholderData: keepPreviousData,
  });
}

export function useAPIMetrics(apiId: number | null, range: TimeRange) {
  return useQuery({
    queryKey: queryKeys.metrics(apiId ?? 0, range),
    queryFn: ({ signal }) => api.getAPIMetrics(apiId ?? 0, range, signal),
    enabled: apiId !== null,
  });
}

export function useCache() {
  return useQuery({
    queryKey: queryKeys.cache,
    queryFn: ({ signal }) => api.getCache(signal),
    refetchInterval: REFRESH_MS,
  });
}
