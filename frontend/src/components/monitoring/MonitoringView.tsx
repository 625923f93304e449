"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { useMonitoringSummary } from "@/hooks/useMonitoring";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import { queryKeys } from "@/lib/queryKeys";
import { APIList } from "./APIList";
import { CachePanel } from "./CachePanel";
import { GlobalStats } from "./GlobalStats";
import { LiveControl } from "./LiveControl";
import classes from "./MonitoringView.module.css";
import { RangeControl } from "./RangeControl";
import { parseRange, rangeParam } from "./ranges";
import { StatsSkeleton } from "./Skeletons";
import { TrendCharts } from "./TrendCharts";

export function MonitoringView() {
  const { t } = useI18n();
  return (
    <Suspense fallback={<PageHeader title={t("monitoring.title")} subtitle={t("monitoring.subtitle")} />}>
      <Dashboard />
    </Suspense>
  );
}

function Dashboard() {
  const { t } = useI18n();
  const { params, setParams } = useUrlParams();
  const client = useQueryClient();
  const [live, setLive] = useState(true);
  const range = parseRange(params.get("range"));
  const query = useMonitoringSummary(range, live);
  // Nothing exported: figures and charts of nothing would only push the way forward out of sight.
  const nothing = query.data?.total_apis === 0;
  return (
    <>
      <PageHeader
        title={t("monitoring.title")}
        subtitle={t("monitoring.subtitle")}
        actions={
          <div className={classes.controls}>
            <LiveControl
              live={live}
              onLive={setLive}
              updatedAt={query.dataUpdatedAt}
              fetching={query.isFetching}
              onRefresh={() => void client.invalidateQueries({ queryKey: queryKeys.monitoring })}
            />
            <RangeControl value={range} onChange={(next) => setParams({ range: rangeParam(next) })} />
          </div>
        }
      />
      {nothing ? null : (
        <QueryView query={query} skeleton={<StatsSkeleton charts={2} />}>
          {(summary) => (
            <>
              <GlobalStats summary={summary} busy={query.isPlaceholderData} />
              <TrendCharts summary={summary} />
            </>
          )}
        </QueryView>
      )}
      <APIList range={range} live={live} />
      {nothing ? null : <CachePanel live={live} />}
    </>
  );
}
