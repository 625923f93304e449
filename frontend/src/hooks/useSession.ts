"use client";

/** Who is signed in, and the ways in and out. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api";
import { queryKeys } from "@/lib/queryKeys";

export function useMe() {
  return useQuery({ queryKey: queryKeys.me, queryFn: ({ signal }) => api.me(signal), staleTime: 5 * 60_000 });
}

/** Another person's answers must not outlive their session: both ways in start from an empty cache. */
export function useLogin() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { email: string; password: string }) => api.login(input.email, input.password),
    onSuccess: () => client.clear(),
  });
}

export function useRegister() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { email: string; password: string; name: string }) =>
      api.register(input.email, input.password, input.name),
    onSuccess: () => client.clear(),
  });
}

export function useLogout() {
  const client = useQueryClient();
  return useMutation({ mutationFn: () => api.logout(), onSettled: () => client.clear() });
}

export function useUpdateMe() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: { name?: string }) => api.updateMe(changes),
    onSuccess: (me) => client.setQueryData(queryKeys.me, me),
  });
}
