"use client";

/** What the playground can call, its documentation, and the calls made. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { playgroundApi } from "@/lib/portal/playground";
import { portalKeys } from "@/lib/portal/queryKeys";

export function usePlaygroundEndpoints() {
  return useQuery({
    queryKey: portalKeys.endpoints,
    queryFn: ({ signal }) => playgroundApi.endpoints(signal),
    staleTime: 30_000,
  });
}

export function useEndpointDocs(name: string) {
  return useQuery({
    queryKey: portalKeys.endpointDocs(name),
    queryFn: ({ signal }) => playgroundApi.docs(name, signal),
    staleTime: 30_000,
  });
}

/** A call counts: the pages that count it are asked for anew when they are seen. */
export function useExecute() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: playgroundApi.execute,
    onSettled: () => {
      const { usages, logs, credits, overviews } = portalKeys;
      for (const queryKey of [usages, logs, credits, overviews]) void client.invalidateQueries({ queryKey });
    },
  });
}
