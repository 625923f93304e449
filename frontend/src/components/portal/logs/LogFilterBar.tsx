"use client";

import { Button, Select } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconFilter } from "@tabler/icons-react";
import { SearchField } from "@/components/monitoring/SearchField";
import { codeText } from "@/components/monitoring/detail/StatusCode";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useKeys } from "@/hooks/useKeys";
import { usePlaygroundEndpoints } from "@/hooks/usePlayground";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import { type LogFilters, SOURCES, STATUS_CLASSES, STATUS_CODES } from "@/lib/portal/logFilters";
import { withChosen } from "../shared/options";
import { TimeFilter } from "../shared/TimeFilter";
import classes from "./Logs.module.css";

interface LogFilterBarProps {
  filters: LogFilters;
  onChange: (changes: Record<string, string | null>) => void;
}

/** On a phone the filters fold away behind one button that says how many are set. */
export function LogFilterBar(props: LogFilterBarProps) {
  const { t, format } = useI18n();
  const [opened, { toggle }] = useDisclosure(false);
  const count = Object.values(props.filters).filter((value) => value !== null).length;
  const words = count > 0 ? t("logs.filtersSet", { count: format.integer(count) }) : t("logs.filters");
  return (
    <div className={classes.filterArea}>
      <Button hiddenFrom="sm" variant="default" fullWidth leftSection={<IconFilter size={15} stroke={1.7} />} onClick={toggle} aria-expanded={opened}>
        {words}
      </Button>
      <div className={classes.fold} data-opened={opened}>
        <Fields {...props} />
      </div>
    </div>
  );
}

function Fields({ filters, onChange }: LogFilterBarProps) {
  const { t } = useI18n();
  const { environment } = useEnvironment();
  const keys = useKeys({ environment }).data ?? [];
  const endpoints = usePlaygroundEndpoints().data ?? [];
  const select = { clearable: true, className: classes.select, clearButtonProps: { "aria-label": t("usage.clear") }, nothingFoundMessage: t("usage.nothingFound") } as const;
  return (
    <div className={classes.filters} role="group" aria-label={t("logs.filters")}>
      <Select {...select} aria-label={t("logs.status")} placeholder={t("logs.anyStatus")} data={statusOptions(filters.status, t)} value={filters.status} onChange={(status) => onChange({ status })} />
      <Select
        {...select}
        searchable
        aria-label={t("usage.key")}
        placeholder={t("usage.allKeys")}
        data={withChosen(keys.map((key) => ({ value: key.key_id, label: key.name })), filters.key)}
        value={filters.key}
        onChange={(key) => onChange({ key })}
      />
      <Select
        {...select}
        aria-label={t("logs.source")}
        placeholder={t("logs.anySource")}
        data={SOURCES.map((value) => ({ value, label: t(`logs.source_${value}`) }))}
        value={filters.source}
        onChange={(source) => onChange({ source })}
      />
      <Select
        {...select}
        searchable
        aria-label={t("usage.endpoint")}
        placeholder={t("usage.allEndpoints")}
        data={withChosen(endpoints.map(({ path, title }) => ({ value: path, label: `${title} · ${path}` })), filters.path)}
        value={filters.path}
        onChange={(path) => onChange({ path })}
      />
      <SearchField className={classes.search} mono label={t("requests.find")} placeholder={t("requests.findPlaceholder")} value={filters.request ?? ""} onSearch={(request) => onChange({ request: request || null })} />
      <TimeFilter from={filters.from} to={filters.to} onChange={({ from, to }) => onChange({ from, to })} />
    </div>
  );
}

function statusOptions(chosen: string | null, t: I18n["t"]) {
  const codes = chosen !== null && /^\d+$/.test(chosen) ? [...new Set([...STATUS_CODES, chosen])].sort() : STATUS_CODES;
  return [
    { group: t("logs.classes"), items: STATUS_CLASSES.map((value) => ({ value, label: t(`logs.class_${value}`) })) },
    { group: t("logs.codes"), items: codes.map((value) => ({ value, label: `${value} · ${codeText(Number(value), t)}` })) },
  ];
}
