import { ApiUsageOverview } from "@/components/portal/usage/ApiUsageOverview";

export default function UsagePage() {
  return <ApiUsageOverview />;
}
