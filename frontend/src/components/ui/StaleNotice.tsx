"use client";

import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./States.module.css";

interface StaleNoticeProps {
  error: Error;
  onRetry: () => void;
  busy: boolean;
}

export function StaleNotice({ error, onRetry, busy }: StaleNoticeProps) {
  const { t } = useI18n();
  return (
    <div className={classes.stale} role="status" title={error.message}>
      <IconAlertTriangle size={16} stroke={1.7} aria-hidden />
      <span>{t("common.stale")}</span>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={onRetry} loading={busy}>
        {t("common.retry")}
      </Button>
    </div>
  );
}
