import { ApiOverview } from "@/components/portal/overview/ApiOverview";

export default function OverviewPage() {
  return <ApiOverview />;
}
