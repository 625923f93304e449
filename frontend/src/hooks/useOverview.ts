"use client";

/** The portal at a glance, of one environment; refreshed while the page is seen. */
import { useQuery } from "@tanstack/react-query";
import { creditsApi } from "@/lib/portal/credits";
import { portalKeys } from "@/lib/portal/queryKeys";
import type { Environment } from "@/lib/portal/types";

export function useOverview(environment: Environment) {
  return useQuery({
    queryKey: portalKeys.overview(environment),
    queryFn: ({ signal }) => creditsApi.overview(environment, signal),
    refetchInterval: 10_000,
  });
}
