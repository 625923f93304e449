"use client";

import { Button } from "@mantine/core";
import { IconPlayerPause } from "@tabler/icons-react";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./Logs.module.css";

/** The tail waits while its reader is further down: rows that come in above would push away what is read. */
export function TailNotice({ onBack }: { onBack: () => void }) {
  const { t } = useI18n();
  return (
    <div className={classes.paused} role="status">
      <span>
        <IconPlayerPause size={14} stroke={1.8} aria-hidden />
        {t("logs.pausedScroll")}
        <Button size="compact-sm" radius="xl" onClick={onBack}>
          {t("logs.backToTop")}
        </Button>
      </span>
    </div>
  );
}
