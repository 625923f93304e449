import { KeyView } from "@/components/portal/keys/KeyView";

/** One page for every id: the server answers /keys/<id> with the placeholder's file. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function KeyPage() {
  return <KeyView />;
}
