"use client";

import { Button } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState } from "@/components/ui/EmptyState";
import { QueryView } from "@/components/ui/QueryView";
import { useAPIStats } from "@/hooks/useMonitoring";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import type { APIStats } from "@/lib/monitoringTypes";
import type { APIDetails, TimeRange } from "@/lib/types";
import { APIStatsCard } from "../APIStatsCard";
import chartClasses from "../Charts.module.css";
import { spanText } from "../charts/slotText";
import { LiveControl } from "../LiveControl";
import { RangeControl } from "../RangeControl";
import { parseRange, rangeParam } from "../ranges";
import { RequestsChart } from "../RequestsChart";
import { StatsSkeleton } from "../Skeletons";
import classes from "./Detail.module.css";
import { DistributionChart } from "./DistributionChart";
import { ResourceCharts } from "./ResourceCharts";
import { ResponseTimesChart } from "./ResponseTimesChart";
import { SlowestRequests } from "./SlowestRequests";
import { StatusCodes } from "./StatusCodes";

export function OverviewTab({ api, onDocs }: { api: APIDetails; onDocs: () => void }) {
  const { params, setParams } = useUrlParams();
  const [live, setLive] = useState(true);
  const range = parseRange(params.get("range"));
  const setRange = (next: TimeRange) => setParams({ range: rangeParam(next) });
  const query = useAPIStats(api.id, range, live);
  return (
    <>
      <div className={classes.bar}>
        <Span stats={query.data} />
        <div className={classes.controls}>
          <LiveControl
            live={live}
            onLive={setLive}
            updatedAt={query.dataUpdatedAt}
            fetching={query.isFetching}
            onRefresh={() => void query.refetch()}
          />
          <RangeControl value={range} onChange={setRange} />
        </div>
      </div>
      <QueryView query={query} skeleton={<StatsSkeleton charts={4} />}>
        {(stats) => (
          <>
            <APIStatsCard stats={stats} busy={query.isPlaceholderData} />
            {stats.usage.total_requests === 0 ? <NeverCalled onDocs={onDocs} /> : <Charts stats={stats} onRange={setRange} />}
          </>
        )}
      </QueryView>
    </>
  );
}

/** From when to when the figures speak, in the reader's time. */
function Span({ stats }: { stats: APIStats | undefined }) {
  const { format } = useI18n();
  return <span className={classes.span}>{stats ? spanText(stats.from, stats.to, format.locale) : null}</span>;
}

function Charts({ stats, onRange }: { stats: APIStats; onRange: (range: TimeRange) => void }) {
  const { series, time_range: range, to } = stats;
  return (
    <>
      <div className={chartClasses.single}>
        <RequestsChart points={series} range={range} to={to} form="lines" onRange={onRange} />
      </div>
      {stats.usage.requests_in_range === 0 ? null : <Measured stats={stats} />}
    </>
  );
}

/** What only calls can tell: without any in the range, one empty chart says it better than seven. */
function Measured({ stats }: { stats: APIStats }) {
  return (
    <>
      <div className={chartClasses.single}>
        <ResponseTimesChart stats={stats} />
      </div>
      <div className={chartClasses.pair}>
        <DistributionChart performance={stats.performance} range={stats.time_range} />
        <StatusCodes codes={stats.usage.status_codes} />
        <ResourceCharts stats={stats} />
      </div>
      <div className={chartClasses.single}>
        <SlowestRequests slowest={stats.performance.slowest} />
      </div>
    </>
  );
}

function NeverCalled({ onDocs }: { onDocs: () => void }) {
  const { t } = useI18n();
  return (
    <div className={chartClasses.single}>
      <EmptyState
        icon={IconSend}
        title={t("apis.neverTitle")}
        text={t("apis.neverText")}
        action={<Button onClick={onDocs}>{t("apis.neverAction")}</Button>}
      />
    </div>
  );
}
