"use client";

import { Button, Group } from "@mantine/core";
import { IconChartBar } from "@tabler/icons-react";
import Link from "next/link";
import { Suspense, useCallback } from "react";
import { StatsSkeleton } from "@/components/monitoring/Skeletons";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useUsage } from "@/hooks/useUsage";
import { useI18n } from "@/i18n/I18nProvider";
import { readUsageFilters, usageQuery } from "@/lib/portal/usageFilters";
import { UsageCards } from "./UsageCards";
import { UsageCharts } from "./UsageCharts";
import { UsageFilterBar } from "./UsageFilterBar";
import { UsageTables } from "./UsageTables";

/** How much was called, how well it went and what it cost. */
export function ApiUsageOverview() {
  const { t } = useI18n();
  return (
    <>
      <PageHeader title={t("usage.title")} subtitle={t("usage.subtitle")} />
      <Suspense fallback={<StatsSkeleton figures={4} charts={4} />}>
        <Overview />
      </Suspense>
    </>
  );
}

function Overview() {
  const { params, setParams } = useUrlParams();
  const { environment, isTest } = useEnvironment();
  const filters = readUsageFilters(params);
  const query = useUsage(usageQuery(filters, environment));
  // The choice of endpoints must not shrink to the one chosen.
  const all = useUsage(usageQuery({ ...filters, endpoint: null }, environment));
  const onEndpoint = useCallback((endpoint: string) => setParams({ endpoint }), [setParams]);
  const onKey = useCallback((key: string) => setParams({ key }), [setParams]);
  const narrowed = filters.key ?? filters.app ?? filters.endpoint;
  return (
    <>
      <UsageFilterBar filters={filters} endpoints={all.data?.endpoints ?? []} onChange={setParams} />
      <QueryView
        query={query}
        skeleton={<StatsSkeleton figures={4} charts={4} />}
        isEmpty={(usage) => usage.totals.calls === 0}
        empty={narrowed ? <NothingMatches onClear={() => setParams({ key: null, app: null, endpoint: null })} /> : <NothingYet />}
      >
        {(usage) => (
          <>
            <UsageCards totals={usage.totals} busy={query.isPlaceholderData} isTest={isTest} />
            <UsageCharts usage={usage} now={query.dataUpdatedAt} isTest={isTest} />
            <UsageTables usage={usage} onEndpoint={onEndpoint} onKey={onKey} />
          </>
        )}
      </QueryView>
    </>
  );
}

function NothingYet() {
  const { t } = useI18n();
  return (
    <EmptyState
      icon={IconChartBar}
      title={t("usage.emptyTitle")}
      text={t("usage.emptyText")}
      action={
        <Group justify="center">
          <Button component={Link} href="/playground">
            {t("usage.tryOne")}
          </Button>
          <Button component={Link} href="/keys" variant="default">
            {t("usage.makeKey")}
          </Button>
        </Group>
      }
    />
  );
}

function NothingMatches({ onClear }: { onClear: () => void }) {
  const { t } = useI18n();
  return (
    <EmptyState
      icon={IconChartBar}
      title={t("usage.noMatchTitle")}
      text={t("usage.noMatchText")}
      action={
        <Button variant="default" onClick={onClear}>
          {t("usage.clearAll")}
        </Button>
      }
    />
  );
}
