/** Calls of the audit page. */
import { getData, getPage } from "@/lib/http";
import type { AuditEntry, AuditQuery, Verification } from "@/lib/portal/auditTypes";

export const auditApi = {
  entries: (query: AuditQuery, signal?: AbortSignal) => getPage<AuditEntry>("/api/dev/audit", query, signal),
  verify: () => getData<Verification>("/api/dev/audit/verify"),
};
