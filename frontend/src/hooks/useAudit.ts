"use client";

/** The audit trail and the check of its chain. */
import { keepPreviousData, useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { auditApi } from "@/lib/portal/audit";
import type { AuditQuery } from "@/lib/portal/auditTypes";
import { portalKeys } from "@/lib/portal/queryKeys";

const PAGE_SIZE = 50;

export function useAudit(query: AuditQuery) {
  return useInfiniteQuery({
    queryKey: portalKeys.audit(query),
    queryFn: ({ pageParam, signal }) => auditApi.entries({ ...query, limit: PAGE_SIZE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** Asked for by hand: it reads the whole chain. */
export function useVerifyAudit() {
  return useMutation({ mutationFn: () => auditApi.verify() });
}
