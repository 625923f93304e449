"use client";

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconRefresh } from "@tabler/icons-react";
import { useNow } from "@/hooks/useNow";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./LiveControl.module.css";

interface LiveControlProps {
  live: boolean;
  onLive: (live: boolean) => void;
  /** Milliseconds since the epoch; 0 before the first answer. */
  updatedAt: number;
  fetching: boolean;
  onRefresh: () => void;
}

/** How old the figures are, and whether they renew themselves. */
export function LiveControl({ live, onLive, updatedAt, fetching, onRefresh }: LiveControlProps) {
  const { t } = useI18n();
  const toggle = live ? t("monitoring.pauseRefresh") : t("monitoring.resumeRefresh");
  return (
    <div className={classes.live} role="group" aria-label={t("monitoring.refreshing")}>
      <Age updatedAt={updatedAt} live={live} />
      <Tooltip label={toggle}>
        <ActionIcon variant="default" size={34} aria-label={toggle} aria-pressed={!live} onClick={() => onLive(!live)}>
          {live ? <IconPlayerPause size={16} stroke={1.7} /> : <IconPlayerPlay size={16} stroke={1.7} />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t("monitoring.refreshNow")}>
        <ActionIcon variant="default" size={34} aria-label={t("monitoring.refreshNow")} onClick={onRefresh} data-busy={fetching}>
          <IconRefresh size={16} stroke={1.7} className={fetching ? classes.turning : undefined} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

/** Ticks by itself, so that the page around it does not draw once a second. Silent: a screen reader would never rest. */
function Age({ updatedAt, live }: { updatedAt: number; live: boolean }) {
  const { t, format } = useI18n();
  const now = useNow(1_000);
  if (updatedAt === 0) return null;
  const seconds = Math.max(0, Math.floor((now - updatedAt) / 1000));
  const when = seconds < 60 ? t("monitoring.updatedSeconds", { seconds: format.integer(seconds) }) : format.relative(updatedAt, now);
  return (
    <span className={classes.age} data-live={live}>
      <span className={classes.pulse} aria-hidden />
      <span className="tnum">{seconds < 60 ? when : t("monitoring.updated", { when })}</span>
      {live ? null : <span className={classes.paused}>{t("monitoring.refreshPaused")}</span>}
    </span>
  );
}
