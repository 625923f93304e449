import { MonitoringView } from "@/components/monitoring/MonitoringView";

export default function MonitoringPage() {
  return <MonitoringView />;
}
