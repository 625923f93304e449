import { AuditView } from "@/components/portal/audit/AuditView";

export default function AuditPage() {
  return <AuditView />;
}
