"use client";

import { Button, Select } from "@mantine/core";
import { IconSearchOff, IconShieldCheck } from "@tabler/icons-react";
import { Suspense } from "react";
import { TableSkeleton } from "@/components/monitoring/Skeletons";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { useAudit } from "@/hooks/useAudit";
import { useKeys } from "@/hooks/useKeys";
import { useUrlParams } from "@/hooks/useUrlParams";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import { ACTIONS, type AuditFilters, auditQuery, readAuditFilters } from "@/lib/portal/auditActions";
import { withChosen } from "../shared/options";
import { TimeFilter } from "../shared/TimeFilter";
import { actionText } from "./auditText";
import classes from "./Audit.module.css";
import { AuditDrawer } from "./AuditDrawer";
import { AuditRows } from "./AuditRows";
import { VerifyButton } from "./VerifyButton";

/** Who changed what, when and from where; and the proof that nobody rewrote it. */
export function AuditView() {
  const { t } = useI18n();
  return (
    <>
      <PageHeader title={t("audit.title")} subtitle={t("audit.subtitle")} />
      <VerifyButton />
      <Suspense fallback={<TableSkeleton rows={10} />}>
        <Trail />
      </Suspense>
    </>
  );
}

function Trail() {
  const { t } = useI18n();
  const { params, setParams } = useUrlParams();
  const filters = readAuditFilters(params);
  const query = useAudit(auditQuery(filters));
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  const opened = params.get("entry");
  const filtered = Object.values(filters).some((value) => value !== null);
  return (
    <>
      <FilterBar filters={filters} onChange={setParams} />
      <QueryView
        query={query}
        skeleton={<TableSkeleton rows={10} />}
        isEmpty={() => entries.length === 0}
        empty={filtered ? <NothingFound onClear={() => setParams({ action: null, key: null, from: null, to: null })} /> : <NothingYet />}
      >
        {() => (
          <>
            <AuditRows entries={entries} busy={query.isPlaceholderData} onOpen={(seq) => setParams({ entry: String(seq) }, "push")} />
            <div className={classes.older}>
              {query.hasNextPage ? (
                <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {t("audit.older")}
                </Button>
              ) : (
                <span>{t("audit.end")}</span>
              )}
            </div>
          </>
        )}
      </QueryView>
      <AuditDrawer entry={entries.find(({ seq }) => String(seq) === opened) ?? null} onClose={() => setParams({ entry: null })} />
    </>
  );
}

interface FilterBarProps {
  filters: AuditFilters;
  onChange: (changes: Record<string, string | null>) => void;
}

function FilterBar({ filters, onChange }: FilterBarProps) {
  const { t } = useI18n();
  const keys = useKeys({}).data ?? [];
  const select = { clearable: true, searchable: true, className: classes.select, nothingFoundMessage: t("usage.nothingFound"), clearButtonProps: { "aria-label": t("usage.clear") } } as const;
  return (
    <div className={classes.filters} role="group" aria-label={t("audit.filters")}>
      <Select
        {...select}
        aria-label={t("audit.action")}
        placeholder={t("audit.anyAction")}
        data={withChosen(actionOptions(t), filters.action)}
        value={filters.action}
        onChange={(action) => onChange({ action })}
      />
      <Select
        {...select}
        aria-label={t("usage.key")}
        placeholder={t("usage.allKeys")}
        data={withChosen(keys.map((key) => ({ value: key.key_id, label: key.name })), filters.key)}
        value={filters.key}
        onChange={(key) => onChange({ key })}
      />
      <TimeFilter from={filters.from} to={filters.to} onChange={({ from, to }) => onChange({ from, to })} />
    </div>
  );
}

function actionOptions(t: I18n["t"]) {
  return ACTIONS.map((value) => ({ value, label: actionText(value, t) }));
}

function NothingYet() {
  const { t } = useI18n();
  return <EmptyState icon={IconShieldCheck} title={t("audit.emptyTitle")} text={t("audit.emptyText")} />;
}

function NothingFound({ onClear }: { onClear: () => void }) {
  const { t } = useI18n();
  return (
    <EmptyState
      icon={IconSearchOff}
      title={t("audit.noMatchTitle")}
      text={t("audit.noMatchText")}
      action={
        <Button variant="default" onClick={onClear}>
          {t("usage.clearAll")}
        </Button>
      }
    />
  );
}
