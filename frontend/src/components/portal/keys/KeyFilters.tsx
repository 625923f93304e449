"use client";

import { SegmentedControl, Select } from "@mantine/core";
import { SearchField } from "@/components/monitoring/SearchField";
import type { ParamChanges } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import type { PortalKey } from "@/lib/portal/types";
import classes from "./Keys.module.css";
import { type KeyFilterValues, appsOf } from "./keyFilters";

interface KeyFiltersProps {
  keys: readonly PortalKey[];
  filters: KeyFilterValues;
  count: number;
  onFilters: (changes: ParamChanges) => void;
}

export function KeyFilters({ keys, filters, count, onFilters }: KeyFiltersProps) {
  const { t, tn } = useI18n();
  const apps = appsOf(keys);
  return (
    <div className={classes.filters} role="search" aria-label={t("keys.filter")}>
      <SegmentedControl<KeyFilterValues["show"]>
        aria-label={t("keys.show")}
        value={filters.show}
        onChange={(show) => onFilters({ show: show === "usable" ? null : show })}
        data={[
          { value: "usable", label: t("keys.showUsable") },
          { value: "history", label: t("keys.showHistory") },
          { value: "all", label: t("keys.showAll") },
        ]}
      />
      <SearchField
        className={classes.search}
        label={t("keys.searchLabel")}
        placeholder={t("keys.searchPlaceholder")}
        value={filters.search}
        onSearch={(q) => onFilters({ q: q || null })}
      />
      {apps.length > 0 ? (
        <Select
          className={classes.select}
          aria-label={t("keys.appFilter")}
          placeholder={t("keys.anyApp")}
          data={apps}
          value={filters.app}
          onChange={(app) => onFilters({ app })}
          clearable
        />
      ) : null}
      <span role="status" className={`tnum ${classes.count}`}>
        {tn("keys.count", count)}
      </span>
    </div>
  );
}
