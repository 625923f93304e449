"use client";

import { PageHeader } from "@/components/ui/PageHeader";
import { useRouteId } from "@/hooks/useRouteId";
import { useI18n } from "@/i18n/I18nProvider";

export function APIDetailView() {
  const { t } = useI18n();
  const apiId = useRouteId();
  return <PageHeader title={t("monitoring.title")} subtitle={apiId} />;
}
