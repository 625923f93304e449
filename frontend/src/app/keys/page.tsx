import { ApiKeysManager } from "@/components/portal";

export default function KeysPage() {
  return <ApiKeysManager />;
}
