import { APIDetailView } from "@/components/monitoring/APIDetailView";

/** One page for every id: the server answers /monitoring/<id> with the placeholder's file. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function APIDetailPage() {
  return <APIDetailView />;
}
