import { ApiLogsTable } from "@/components/portal";

export default function LogsPage() {
  return <ApiLogsTable />;
}
