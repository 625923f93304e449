"use client";

import { Suspense } from "react";
import { TableSkeleton } from "@/components/monitoring/Skeletons";
import { PageHeader } from "@/components/ui/PageHeader";
import { useI18n } from "@/i18n/I18nProvider";
import { LogList } from "./LogList";

/** Every call of the account, newest first. */
export function ApiLogsTable() {
  const { t } = useI18n();
  return (
    <Suspense
      fallback={
        <>
          <PageHeader title={t("logs.title")} subtitle={t("logs.subtitle")} />
          <TableSkeleton rows={10} />
        </>
      }
    >
      <LogList />
    </Suspense>
  );
}
