"use client";

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowRight, IconTrash } from "@tabler/icons-react";
import Link from "next/link";
import { memo } from "react";
import { StatusDot } from "@/components/ui/StatusDot";
import { TaskBadge } from "@/components/ui/TaskBadge";
import { useI18n } from "@/i18n/I18nProvider";
import type { APISummary } from "@/lib/monitoringTypes";
import type { TimeRange } from "@/lib/types";
import { toneOf } from "../GlobalStats";
import { detailHref } from "../ranges";
import { StatusToggle } from "../StatusToggle";
import classes from "./APICard.module.css";
import { Sparkline } from "./Sparkline";

interface APICardProps {
  api: APISummary;
  range: TimeRange;
  onDelete: (api: APISummary) => void;
}

/** One API at a glance. The whole card leads to its page; its buttons stand above that link. */
export const APICard = memo(function APICard({ api, range, onDelete }: APICardProps) {
  const { t, format } = useI18n();
  const titleId = `api-${api.id}`;
  const deleteLabel = t("monitoring.deleteOf", { name: api.name });
  const busiest = Math.max(...api.sparkline, 0);
  return (
    <article className={classes.card} aria-labelledby={titleId} data-status={api.status}>
      <div className={classes.top}>
        <StatusDot status={api.status} />
        <TaskBadge task={api.task} />
      </div>
      <h3 className={classes.name} id={titleId}>
        <Link href={detailHref(api.id, range)} className={classes.link} prefetch={false}>
          {api.name}
        </Link>
      </h3>
      <p className={classes.model}>{api.model_name === api.name ? api.api_endpoint : t("monitoring.ofModel", { model: api.model_name })}</p>
      <Sparkline
        values={api.sparkline}
        label={t("monitoring.sparkline", { range: t(`charts.range_${range}`), busiest: format.integer(busiest) })}
      />
      <dl className={classes.stats}>
        <Figure label={t("charts.requests")} value={format.compact(api.requests_in_range)} title={format.integer(api.requests_in_range)} />
        <Figure label={t("charts.errors")} value={format.percent(api.error_rate)} tone={toneOf(api.error_rate)} />
        <Figure label={t("charts.p95")} value={format.duration(api.p95_response_time)} />
      </dl>
      <footer className={classes.foot}>
        <span className={classes.used} title={format.dateTime(api.last_used_at)}>
          {api.last_used_at ? t("monitoring.lastUsed", { when: format.relative(api.last_used_at) }) : t("monitoring.neverUsed")}
        </span>
        <div className={classes.actions}>
          <StatusToggle api={api} compact />
          <Tooltip label={t("common.delete")}>
            <ActionIcon size={34} aria-label={deleteLabel} onClick={() => onDelete(api)}>
              <IconTrash size={16} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
          {/* The name is the link that keyboards and screen readers meet; this is where a pointer looks for it. */}
          <span className={classes.view} aria-hidden>
            {t("monitoring.view")} <IconArrowRight size={14} stroke={1.8} />
          </span>
        </div>
      </footer>
    </article>
  );
});

interface FigureProps {
  label: string;
  value: string;
  title?: string;
  tone?: "bad" | "warn";
}

function Figure({ label, value, title, tone }: FigureProps) {
  return (
    <div className={classes.figure}>
      <dt>{label}</dt>
      <dd title={title} data-tone={tone}>
        {value}
      </dd>
    </div>
  );
}
