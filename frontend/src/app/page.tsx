import { ApiPortalHome } from "@/components/portal/ApiPortalHome";

export default function HomePage() {
  return <ApiPortalHome />;
}
