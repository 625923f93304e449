"use client";

/** What the playground can call, its documentation, and the calls made. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { playgroundApi } from "@/lib/portal/playground";

export function usePlaygroundEndpoints() {
  return useQuery({
    queryKey: ["portal", "playground", "endpoints"],
    queryFn: ({ signal }) => playgroundApi.endpoints(signal),
    staleTime: 30_000,
  });
}

export function useEndpointDocs(name: string) {
  return useQuery({
    queryKey: ["portal", "playground", "docs", name],
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
      for (const name of ["usage", "logs", "credits", "overview"]) void client.invalidateQueries({ queryKey: ["portal", name] });
    },
  });
}
