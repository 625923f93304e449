"use client";

import { Button } from "@mantine/core";
import { IconFilterOff, IconPlugConnected } from "@tabler/icons-react";
import Link from "next/link";
import { useEffect, useMemo, useState } from "react";
import { EmptyState } from "@/components/ui/EmptyState";
import { QueryView } from "@/components/ui/QueryView";
import { useMonitoringAPIs } from "@/hooks/useMonitoring";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import type { APISummary } from "@/lib/monitoringTypes";
import type { TimeRange } from "@/lib/types";
import { DeleteAPIDialog } from "./DeleteAPIDialog";
import { APICard } from "./list/APICard";
import classes from "./list/APIList.module.css";
import { APIListToolbar } from "./list/APIListToolbar";
import { type Filters, arrange, isFiltered, needsEveryPage, parseFilters } from "./list/listFilters";
import { CardsSkeleton } from "./Skeletons";

const PAGE_SIZE = 100;

/** Every exported API as a card; filters and order live in the address. */
export function APIList({ range, live }: { range: TimeRange; live: boolean }) {
  const { t } = useI18n();
  const { params, setParams } = useUrlParams();
  const filters = parseFilters(params);
  const query = useAPIs(filters, range, live);
  const [doomed, setDoomed] = useState<APISummary | null>(null);
  const clear = () => setParams({ q: null, status: null, task: null });
  return (
    <section className={classes.list} aria-labelledby="api-list-title">
      <h2 className={classes.title} id="api-list-title">
        {t("monitoring.apis")}
      </h2>
      <QueryView
        query={query}
        skeleton={
          <div className={classes.cards}>
            <CardsSkeleton />
          </div>
        }
        isEmpty={(data) => isNothing(data.pages) && !isFiltered(filters)}
        empty={<NoAPIs />}
      >
        {(data) => (
          <Loaded
            apis={data.pages.flatMap((page) => page.items)}
            filters={filters}
            range={range}
            query={query}
            onFilters={(changes) => setParams(changes)}
            onClear={clear}
            onDelete={setDoomed}
          />
        )}
      </QueryView>
      <DeleteAPIDialog api={doomed} onClose={() => setDoomed(null)} />
    </section>
  );
}

function isNothing(pages: readonly { items: readonly unknown[] }[]): boolean {
  return pages.every((page) => page.items.length === 0);
}

/** Fetches page after page where the chosen order or filter would be wrong over a part of the list. */
function useAPIs(filters: Filters, range: TimeRange, live: boolean) {
  const { search, status } = filters;
  const query = useMonitoringAPIs({ time_range: range, search: search || undefined, status: status ?? undefined, limit: PAGE_SIZE }, live);
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const wanted = needsEveryPage(filters);
  useEffect(() => {
    if (wanted && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [wanted, hasNextPage, isFetching, isError, fetchNextPage]);
  return query;
}

interface LoadedProps {
  apis: readonly APISummary[];
  filters: Filters;
  range: TimeRange;
  query: ReturnType<typeof useMonitoringAPIs>;
  onFilters: (changes: Record<string, string | null>) => void;
  onClear: () => void;
  onDelete: (api: APISummary) => void;
}

function Loaded({ apis, filters, range, query, onFilters, onClear, onDelete }: LoadedProps) {
  const { t, tn, format } = useI18n();
  const { task, sort } = filters;
  const shown = useMemo(
    () => arrange(apis, { search: "", status: null, task, sort }, format.locale),
    [apis, task, sort, format.locale],
  );
  const gathering = needsEveryPage(filters) && query.hasNextPage;
  const count = query.hasNextPage ? t("monitoring.countSoFar", { count: format.integer(shown.length) }) : tn("monitoring.count", shown.length);
  return (
    <>
      <APIListToolbar filters={filters} onFilters={onFilters} />
      <p className={classes.count} role="status">
        {gathering ? t("monitoring.gathering", { count: format.integer(apis.length) }) : count}
      </p>
      {shown.length === 0 && !gathering ? <NoMatch onClear={onClear} /> : null}
      <div className={classes.cards} data-busy={query.isPlaceholderData}>
        {shown.map((api) => (
          <APICard key={api.id} api={api} range={range} onDelete={onDelete} />
        ))}
      </div>
      {query.hasNextPage && !gathering ? (
        <div className={classes.more}>
          <Button variant="default" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
            {t("monitoring.loadMore")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function NoAPIs() {
  const { t } = useI18n();
  return (
    <EmptyState
      icon={IconPlugConnected}
      title={t("monitoring.emptyTitle")}
      text={t("monitoring.emptyText")}
      action={
        <Button component={Link} href="/models">
          {t("monitoring.emptyAction")}
        </Button>
      }
    />
  );
}

function NoMatch({ onClear }: { onClear: () => void }) {
  const { t } = useI18n();
  return (
    <EmptyState
      icon={IconFilterOff}
      title={t("monitoring.noMatchTitle")}
      text={t("monitoring.noMatchText")}
      action={
        <Button variant="default" onClick={onClear}>
          {t("monitoring.clearFilters")}
        </Button>
      }
    />
  );
}
