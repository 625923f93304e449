"use client";

import { Select } from "@mantine/core";
import { IconArrowsSort } from "@tabler/icons-react";
import { useI18n } from "@/i18n/I18nProvider";
import { SearchField } from "../SearchField";
import classes from "./APIList.module.css";
import { type Filters, SORTS, STATUSES, TASKS } from "./listFilters";

interface APIListToolbarProps {
  filters: Filters;
  onFilters: (changes: Record<string, string | null>) => void;
}

export function APIListToolbar({ filters, onFilters }: APIListToolbarProps) {
  const { t } = useI18n();
  return (
    <div className={classes.toolbar} role="search" aria-label={t("monitoring.filterAPIs")}>
      <SearchField
        className={classes.search}
        label={t("monitoring.searchLabel")}
        placeholder={t("monitoring.searchPlaceholder")}
        value={filters.search}
        onSearch={(q) => onFilters({ q: q || null })}
      />
      <Select
        className={classes.select}
        aria-label={t("monitoring.statusFilter")}
        placeholder={t("monitoring.anyStatus")}
        data={STATUSES.map((value) => ({ value, label: t(`common.status_${value}`) }))}
        value={filters.status}
        onChange={(status) => onFilters({ status })}
        clearable
      />
      <Select
        className={classes.select}
        aria-label={t("monitoring.taskFilter")}
        placeholder={t("monitoring.anyTask")}
        data={TASKS.map((value) => ({ value, label: t(`common.task_${value}`) }))}
        value={filters.task}
        onChange={(task) => onFilters({ task })}
        clearable
      />
      <Select
        className={classes.select}
        aria-label={t("monitoring.sortBy")}
        leftSection={<IconArrowsSort size={15} stroke={1.7} />}
        data={SORTS.map((value) => ({ value, label: t(`monitoring.sort_${value}`) }))}
        value={filters.sort}
        onChange={(sort) => onFilters({ sort: sort === "newest" ? null : sort })}
        allowDeselect={false}
      />
    </div>
  );
}
