"use client";

import { Skeleton, Stack } from "@mantine/core";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { useCredits } from "@/hooks/useCredits";
import { useI18n } from "@/i18n/I18nProvider";
import { GuideLink } from "../shared/GuideLink";
import { BalancePanel } from "./BalancePanel";
import classes from "./Credits.module.css";
import { Ledger } from "./Ledger";
import { PlanComparison } from "./PlanComparison";
import { PricesPanel } from "./PricesPanel";

/** What can be spent, what was spent, and every movement behind it. With `plans`, what the other plans offer too. */
export function CreditsView({ plans = false }: { plans?: boolean }) {
  const { t } = useI18n();
  const query = useCredits();
  return (
    <>
      <PageHeader
        title={t(plans ? "credits.billingTitle" : "credits.title")}
        subtitle={t(plans ? "credits.billingSubtitle" : "credits.subtitle")}
        actions={<GuideLink guide="billing" />}
      />
      <QueryView query={query} skeleton={<CreditsSkeleton />}>
        {(credits) => (
          <>
            <div className={classes.columns}>
              <BalancePanel credits={credits} withPlansLink={!plans} />
              <PricesPanel prices={credits.prices} />
            </div>
            {plans ? <PlanComparison current={credits.plan.name} /> : null}
            <Ledger />
          </>
        )}
      </QueryView>
    </>
  );
}

function CreditsSkeleton() {
  return (
    <Stack gap="md">
      <div className={classes.columns}>
        <Skeleton height={270} radius={10} />
        <Skeleton height={270} radius={10} />
      </div>
      <Skeleton height={320} radius={10} />
    </Stack>
  );
}
