import { ApiOverview } from "@/components/portal";

export default function OverviewPage() {
  return <ApiOverview />;
}
