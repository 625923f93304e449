import { ModelsView } from "@/components/models/ModelsView";

export default function ModelsPage() {
  return <ModelsView />;
}
