import { ModelView } from "@/components/models/ModelView";

/** One page for every id: the server answers /models/<id> with the placeholder's file. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function ModelPage() {
  return <ModelView />;
}
