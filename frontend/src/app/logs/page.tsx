import { ApiLogsTable } from "@/components/portal/logs/ApiLogsTable";

export default function LogsPage() {
  return <ApiLogsTable />;
}
