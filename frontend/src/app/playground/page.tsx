import { ApiDocsPlayground } from "@/components/portal";

export default function PlaygroundPage() {
  return <ApiDocsPlayground />;
}
