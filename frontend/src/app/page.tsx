import { ApiPortalHome } from "@/components/portal";

export default function HomePage() {
  return <ApiPortalHome />;
}
