import { ApiUsageOverview } from "@/components/portal";

export default function UsagePage() {
  return <ApiUsageOverview />;
}
