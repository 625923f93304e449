"use client";

import { Button, SegmentedControl } from "@mantine/core";
import { IconHistory, IconSearchOff } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState } from "@/components/ui/EmptyState";
import { QueryView } from "@/components/ui/QueryView";
import { useAPIRequests } from "@/hooks/useMonitoring";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import type { APIDetails } from "@/lib/types";
import { LiveControl } from "../LiveControl";
import { SearchField } from "../SearchField";
import { TableSkeleton } from "../Skeletons";
import classes from "./Detail.module.css";
import { RequestDrawer } from "./RequestDrawer";
import rows from "./RequestsTable.module.css";
import { RequestsTable } from "./RequestsTable";

const PAGE_SIZE = 50;
const OUTCOMES = ["all", "success", "error"] as const;
type Outcome = (typeof OUTCOMES)[number];

/** The log of one API, newest first. Stops renewing itself once the reader has gone back in time or opened a request. */
export function RequestsTab({ api }: { api: APIDetails }) {
  const { t } = useI18n();
  const { params, setParams } = useUrlParams();
  const [wanted, setWanted] = useState(true);
  const [older, setOlder] = useState(false);
  const outcome: Outcome = OUTCOMES.find((one) => one === params.get("outcome")) ?? "all";
  const requestId = params.get("find") ?? "";
  const opened = params.get("request");
  const live = wanted && !older && opened === null;
  const query = useAPIRequests(
    api.id,
    { limit: PAGE_SIZE, status: outcome === "all" ? undefined : outcome, request_id: requestId || undefined },
    live,
  );
  const filtered = outcome !== "all" || requestId !== "";
  const narrow = (changes: Record<string, string | null>) => {
    setOlder(false);
    setParams(changes);
  };
  return (
    <>
      <div className={classes.bar}>
        <div className={rows.filters}>
          <SegmentedControl<Outcome>
            aria-label={t("requests.outcome")}
            value={outcome}
            onChange={(next) => narrow({ outcome: next === "all" ? null : next })}
            data={OUTCOMES.map((value) => ({ value, label: t(`requests.outcome_${value}`) }))}
          />
          <SearchField
            className={rows.find}
            mono
            label={t("requests.find")}
            placeholder={t("requests.findPlaceholder")}
            value={requestId}
            onSearch={(find) => narrow({ find: find || null })}
          />
        </div>
        <LiveControl
          live={live}
          onLive={(next) => {
            setWanted(next);
            if (next) setOlder(false);
          }}
          updatedAt={query.dataUpdatedAt}
          fetching={query.isFetching && !query.isFetchingNextPage}
          onRefresh={() => void query.refetch()}
        />
      </div>
      <QueryView
        query={query}
        skeleton={<TableSkeleton rows={10} />}
        isEmpty={(data) => data.pages.every((page) => page.items.length === 0)}
        empty={filtered ? <NothingFound onClear={() => narrow({ outcome: null, find: null })} /> : <NothingYet />}
      >
        {(data) => (
          <>
            <RequestsTable
              requests={data.pages.flatMap((page) => page.items)}
              busy={query.isPlaceholderData}
              onOpen={(id) => setParams({ request: id }, "push")}
            />
            <div className={rows.older}>
              {query.hasNextPage ? (
                <Button
                  variant="default"
                  loading={query.isFetchingNextPage}
                  onClick={() => {
                    setOlder(true);
                    void query.fetchNextPage();
                  }}
                >
                  {t("requests.older")}
                </Button>
              ) : (
                <span className={classes.span}>{t("requests.end")}</span>
              )}
            </div>
          </>
        )}
      </QueryView>
      <RequestDrawer apiId={api.id} requestId={opened} onClose={() => setParams({ request: null })} />
    </>
  );
}

function NothingYet() {
  const { t } = useI18n();
  return <EmptyState icon={IconHistory} title={t("requests.emptyTitle")} text={t("requests.emptyText")} />;
}

function NothingFound({ onClear }: { onClear: () => void }) {
  const { t } = useI18n();
  return (
    <EmptyState
      icon={IconSearchOff}
      title={t("requests.noMatchTitle")}
      text={t("requests.noMatchText")}
      action={
        <Button variant="default" onClick={onClear}>
          {t("monitoring.clearFilters")}
        </Button>
      }
    />
  );
}
