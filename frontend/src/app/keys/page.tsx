import { ApiKeysManager } from "@/components/portal/keys/ApiKeysManager";

export default function KeysPage() {
  return <ApiKeysManager />;
}
