"use client";

import { Button } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { IconListSearch, IconSearchOff } from "@tabler/icons-react";
import Link from "next/link";
import { useMemo, useState } from "react";
import { TableSkeleton } from "@/components/monitoring/Skeletons";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { StaleNotice } from "@/components/ui/StaleNotice";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useLogTail, useLogs } from "@/hooks/useLogs";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import { NO_FILTERS, isFiltered, logQuery, readFilters } from "@/lib/portal/logFilters";
import { mergeTail } from "@/lib/portal/logTail";
import type { LogEntry, LogQuery } from "@/lib/portal/usageTypes";
import { LogActions } from "./LogActions";
import { LogDrawer } from "./LogDrawer";
import { LogFilterBar } from "./LogFilterBar";
import { LogRows } from "./LogRows";
import classes from "./Logs.module.css";
import { TailNotice } from "./TailNotice";

export function LogList() {
  const { t } = useI18n();
  const { params, setParams } = useUrlParams();
  const { environment, isTest } = useEnvironment();
  const filters = readFilters(params);
  const query = logQuery(filters, environment);
  const [live, setLive] = useState(false);
  const list = useLogs(query);
  const { ref, entry } = useIntersection();
  const away = live && entry !== null && !entry.isIntersecting;
  const opened = params.get("open");
  const tail = useTail(query, list.data?.pages[0]?.items[0]?.cursor ?? null, live && list.isSuccess && !list.isPlaceholderData && !away && opened === null);
  const clear = () => setParams({ ...NO_FILTERS });
  const rows = useMemo(() => mergeTail(tail.rows, list.data?.pages.flatMap((page) => page.items) ?? []), [tail.rows, list.data]);
  return (
    <>
      <PageHeader
        title={t("logs.title")}
        subtitle={t("logs.subtitle")}
        actions={<LogActions query={query} live={live} onLive={setLive} onRefresh={() => void list.refetch()} busy={list.isRefetching && !list.isFetchingNextPage} />}
      />
      <LogFilterBar filters={filters} onChange={setParams} />
      {away ? <TailNotice onBack={() => window.scrollTo({ top: 0, behavior: "smooth" })} /> : null}
      {live && tail.error ? <StaleNotice error={tail.error} onRetry={tail.retry} busy={tail.busy} /> : null}
      <div ref={ref} className={classes.sentinel} />
      <QueryView
        query={list}
        skeleton={<TableSkeleton rows={10} />}
        isEmpty={() => rows.length === 0}
        empty={isFiltered(filters) ? <NothingFound onClear={clear} /> : <NothingYet />}
      >
        {() => (
          <>
            <LogRows entries={rows} fresh={tail.ids} busy={list.isPlaceholderData} isTest={isTest} onOpen={(id) => setParams({ open: id }, "push")} />
            <div className={classes.older}>
              {list.hasNextPage ? (
                <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  {t("logs.older")}
                </Button>
              ) : (
                <span>{t("logs.end")}</span>
              )}
            </div>
          </>
        )}
      </QueryView>
      <LogDrawer requestId={opened} onClose={() => setParams({ open: null })} />
    </>
  );
}

const NO_ROWS: LogEntry[] = [];

/** Starts at the newest row of the list as it was first shown; a list read anew starts a new tail. */
function useTail(query: LogQuery, newest: string | null, running: boolean) {
  const tail = useLogTail(query, newest, running);
  const rows = tail.data?.rows ?? NO_ROWS;
  const ids = useMemo(() => new Set(rows.map(({ request_id: id }) => id)), [rows]);
  return { rows, ids, error: tail.error, busy: tail.isFetching, retry: () => void tail.refetch() };
}

function NothingYet() {
  const { t } = useI18n();
  return (
    <EmptyState
      icon={IconListSearch}
      title={t("logs.emptyTitle")}
      text={t("logs.emptyText")}
      action={
        <Button component={Link} href="/playground">
          {t("usage.tryOne")}
        </Button>
      }
    />
  );
}

function NothingFound({ onClear }: { onClear: () => void }) {
  const { t } = useI18n();
  return (
    <EmptyState
      icon={IconSearchOff}
      title={t("logs.noMatchTitle")}
      text={t("logs.noMatchText")}
      action={
        <Button variant="default" onClick={onClear}>
          {t("usage.clearAll")}
        </Button>
      }
    />
  );
}
