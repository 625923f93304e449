"use client";

import { VisuallyHidden } from "@mantine/core";
import { StatusCode } from "@/components/monitoring/detail/StatusCode";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { LogEntry } from "@/lib/portal/usageTypes";
import classes from "./LogRows.module.css";

interface LogRowsProps {
  entries: readonly LogEntry[];
  /** Request ids of the rows that the live tail brought. */
  fresh: ReadonlySet<string>;
  busy: boolean;
  isTest: boolean;
  onOpen: (requestId: string) => void;
}

/**
 * One row a call. The path is the button; a click anywhere on the row does the same for a pointer.
 * Roles are spelled out: on a phone rows are laid out as blocks, and browsers then forget that they are a table.
 */
export function LogRows({ entries, fresh, busy, isTest, onOpen }: LogRowsProps) {
  const { t } = useI18n();
  return (
    <div className={classes.frame} data-busy={busy}>
      <table className={classes.table} role="table">
        <caption className={classes.caption}>{t("logs.caption")}</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">{t("logs.status")}</th>
            <th scope="col" role="columnheader">{t("charts.time")}</th>
            <th scope="col" role="columnheader">{t("logs.call")}</th>
            <th scope="col" role="columnheader" className={classes.middle}>{t("usage.key")}</th>
            <th scope="col" role="columnheader" className={classes.wide}>{t("logs.from_where")}</th>
            <th scope="col" role="columnheader" className={`${classes.number} ${classes.wide}`}>{t("requests.rows")}</th>
            {isTest ? null : <th scope="col" role="columnheader" className={`${classes.number} ${classes.middle}`}>{t("usage.credits")}</th>}
            <th scope="col" role="columnheader" className={classes.number}>{t("usage.latency")}</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {entries.map((entry) => (
            <LogRow key={entry.request_id} entry={entry} isFresh={fresh.has(entry.request_id)} isTest={isTest} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LogRow({ entry, isFresh, isTest, onOpen }: { entry: LogEntry; isFresh: boolean; isTest: boolean; onOpen: (requestId: string) => void }) {
  const { t, format } = useI18n();
  const { request_id: id, method, endpoint, error_message: error } = entry;
  return (
    <tr role="row" className={classes.row} data-fresh={isFresh || undefined} onClick={() => onOpen(id)}>
      <td role="cell">
        <StatusCode code={entry.status} />
        {isFresh ? <VisuallyHidden>{t("logs.isNew")}</VisuallyHidden> : null}
      </td>
      <td role="cell" className={classes.when}>
        <time dateTime={entry.occurred_at}>{format.exact(entry.occurred_at)}</time>
      </td>
      <td role="cell" className={classes.what}>
        <button
          type="button"
          className={`mono ${classes.path}`}
          aria-label={t("logs.open", { call: `${method} ${endpoint}`, id })}
          onClick={(event) => {
            event.stopPropagation();
            onOpen(id);
          }}
        >
          <span className={classes.method}>{method}</span> {endpoint}
        </button>
        {error ? <span className={classes.error}>{error}</span> : null}
      </td>
      <td role="cell" className={classes.middle}>
        <span className={classes.cut}>{entry.key_name ?? entry.key_id ?? t(noKeyText(entry))}</span>
      </td>
      <td role="cell" className={`${classes.wide} ${classes.quiet}`}>{placeText(entry, t)}</td>
      <td role="cell" className={`${classes.number} ${classes.wide}`}>{format.integer(entry.rows)}</td>
      {isTest ? null : <td role="cell" className={`${classes.number} ${classes.middle}`}>{format.integer(entry.credits)}</td>}
      <td role="cell" className={`${classes.number} ${classes.duration}`}>{format.duration(entry.latency_ms / 1000)}</td>
    </tr>
  );
}

function noKeyText({ source }: LogEntry) {
  return source === "playground" ? "logs.source_playground" : "requests.noKey";
}

function placeText({ ip, country, source }: LogEntry, t: I18n["t"]): string {
  if (source === "playground") return t("logs.source_playground");
  return [ip, country].filter(Boolean).join(" · ") || "–";
}
