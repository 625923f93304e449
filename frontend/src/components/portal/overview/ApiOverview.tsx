"use client";

import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useOverview } from "@/hooks/useOverview";
import { useI18n } from "@/i18n/I18nProvider";
import { DailyCharts } from "../shared/DailyCharts";
import { FirstSteps } from "./FirstSteps";
import { OverviewCards } from "./OverviewCards";
import { OverviewSkeleton } from "./OverviewSkeleton";
import { TopEndpoints } from "./TopEndpoints";

/** The portal at a glance, and for a newcomer the way to a first call that succeeds. */
export function ApiOverview() {
  const { t } = useI18n();
  const { environment } = useEnvironment();
  const query = useOverview(environment);
  return (
    <>
      <PageHeader title={t("portal.overviewTitle")} subtitle={t("portal.overviewSubtitle")} />
      <QueryView query={query} skeleton={<OverviewSkeleton />}>
        {(overview) => (
          <>
            <FirstSteps steps={overview.first_steps} />
            <OverviewCards overview={overview} environment={environment} />
            <DailyCharts days={overview.days} p95={overview.p95_latency_ms_30d} />
            <TopEndpoints endpoints={overview.endpoints} />
          </>
        )}
      </QueryView>
    </>
  );
}
