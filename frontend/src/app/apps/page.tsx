import { AppsView } from "@/components/portal/apps/AppsView";

export default function AppsPage() {
  return <AppsView />;
}
