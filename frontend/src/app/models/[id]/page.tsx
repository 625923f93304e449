import type { Metadata } from "next";
import { ModelView } from "@/components/models/ModelView";

export const metadata: Metadata = { title: "Model" };

/** One page for every id: the server answers /models/<id> with the placeholder's file. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function ModelPage() {
  return <ModelView />;
}
