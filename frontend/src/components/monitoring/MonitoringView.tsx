"use client";

import { PageHeader } from "@/components/ui/PageHeader";
import { useI18n } from "@/i18n/I18nProvider";

export function MonitoringView() {
  const { t } = useI18n();
  return <PageHeader title={t("monitoring.title")} subtitle={t("monitoring.subtitle")} />;
}
