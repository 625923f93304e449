import { ApiDocsPlayground } from "@/components/portal/playground/ApiDocsPlayground";

export default function PlaygroundPage() {
  return <ApiDocsPlayground />;
}
