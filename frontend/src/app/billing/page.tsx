import { CreditsView } from "@/components/portal/credits/CreditsView";

export default function BillingPage() {
  return <CreditsView plans />;
}
