import { CreditsView } from "@/components/portal/credits/CreditsView";

export default function CreditsPage() {
  return <CreditsView />;
}
