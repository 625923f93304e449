"use client";

import { Button, SegmentedControl, Select } from "@mantine/core";
import { useApps } from "@/hooks/useApps";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useKeys } from "@/hooks/useKeys";
import { useI18n } from "@/i18n/I18nProvider";
import { SPANS, type UsageFilters, spanParams } from "@/lib/portal/usageFilters";
import type { UsageEndpoint } from "@/lib/portal/types";
import { withChosen } from "../shared/options";
import { OwnDays } from "./OwnDays";
import classes from "./Usage.module.css";

interface UsageFilterBarProps {
  filters: UsageFilters;
  endpoints: readonly UsageEndpoint[];
  onChange: (changes: Record<string, string | null>) => void;
}

export function UsageFilterBar({ filters, endpoints, onChange }: UsageFilterBarProps) {
  const { t } = useI18n();
  const { environment } = useEnvironment();
  const keys = useKeys({ environment }).data ?? [];
  const apps = useApps().data ?? [];
  const narrowed = filters.key ?? filters.app ?? filters.endpoint;
  const select = { size: "sm", searchable: true, clearable: true, className: classes.select, nothingFoundMessage: t("usage.nothingFound"), clearButtonProps: { "aria-label": t("usage.clear") } } as const;
  return (
    <div className={classes.filters} role="group" aria-label={t("usage.filters")}>
      <Span filters={filters} onChange={onChange} />
      <Select
        {...select}
        aria-label={t("usage.key")}
        placeholder={t("usage.allKeys")}
        data={withChosen(keys.map((key) => ({ value: key.key_id, label: key.name })), filters.key)}
        value={filters.key}
        onChange={(key) => onChange({ key })}
      />
      <Select
        {...select}
        aria-label={t("usage.app")}
        placeholder={t("usage.allApps")}
        data={withChosen(apps.map((app) => ({ value: app.id, label: app.name })), filters.app)}
        value={filters.app}
        onChange={(app) => onChange({ app })}
      />
      <Select
        {...select}
        aria-label={t("usage.endpoint")}
        placeholder={t("usage.allEndpoints")}
        data={withChosen(endpoints.map(({ endpoint, name }) => ({ value: endpoint, label: name ? `${name} · ${endpoint}` : endpoint })), filters.endpoint)}
        value={filters.endpoint}
        onChange={(endpoint) => onChange({ endpoint })}
      />
      {narrowed ? (
        <Button variant="subtle" color="gray" onClick={() => onChange({ key: null, app: null, endpoint: null })}>
          {t("usage.clearAll")}
        </Button>
      ) : null}
    </div>
  );
}

function Span({ filters, onChange }: Pick<UsageFilterBarProps, "filters" | "onChange">) {
  const { t } = useI18n();
  return (
    <div className={classes.span}>
      <SegmentedControl
        aria-label={t("usage.span")}
        value={filters.days === null ? "own" : String(filters.days)}
        onChange={(days) => onChange(spanParams({ days: Number(days) }))}
        data={[...SPANS.map((days) => ({ value: String(days), label: t("usage.lastDays", { days }) })), ...(filters.days === null ? [{ value: "own", label: t("usage.own"), disabled: true }] : [])]}
      />
      <OwnDays from={filters.from} to={filters.to} onChoose={(from, to) => onChange(spanParams({ from, to }))} />
    </div>
  );
}
