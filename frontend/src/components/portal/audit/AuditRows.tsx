"use client";

import { useMemo } from "react";
import { useKeys } from "@/hooks/useKeys";
import { useI18n } from "@/i18n/I18nProvider";
import { targetText } from "@/lib/portal/auditActions";
import type { AuditEntry } from "@/lib/portal/auditTypes";
import classes from "./Audit.module.css";
import { actionText, actorText } from "./auditText";

interface AuditRowsProps {
  entries: readonly AuditEntry[];
  busy: boolean;
  onOpen: (seq: number) => void;
}

/** One row an entry. Roles are spelled out: on a phone rows are laid out as blocks, and browsers then forget that they are a table. */
export function AuditRows({ entries, busy, onOpen }: AuditRowsProps) {
  const { t } = useI18n();
  const keys = useKeys({}).data;
  const keyNames = useMemo(() => new Map(keys?.map((key) => [key.key_id, key.name])), [keys]);
  return (
    <div className={classes.frame} data-busy={busy}>
      <table className={classes.table} role="table">
        <caption className={classes.caption}>{t("audit.caption")}</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">{t("audit.what")}</th>
            <th scope="col" role="columnheader">{t("audit.who")}</th>
            <th scope="col" role="columnheader">{t("audit.when")}</th>
            <th scope="col" role="columnheader" className={classes.wide}>{t("audit.where")}</th>
            <th scope="col" role="columnheader" className={`${classes.number} ${classes.wide}`}>{t("audit.seq")}</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {entries.map((entry) => (
            <AuditRow key={entry.id} entry={entry} target={targetText(entry, keyNames)} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AuditRow({ entry, target, onOpen }: { entry: AuditEntry; target: string; onOpen: (seq: number) => void }) {
  const { t, format } = useI18n();
  const { seq } = entry;
  const action = actionText(entry.action, t);
  return (
    <tr role="row" className={classes.row} data-kind={entry.action.split(".")[0]} onClick={() => onOpen(seq)}>
      <td role="cell" className={classes.what}>
        <button
          type="button"
          className={classes.action}
          aria-label={t("audit.open", { action, seq })}
          onClick={(event) => {
            event.stopPropagation();
            onOpen(seq);
          }}
        >
          {action}
        </button>
        <span className={classes.target}>{target}</span>
      </td>
      <td role="cell" className={classes.who}>{actorText(entry.actor, t)}</td>
      <td role="cell" className={classes.when}>
        <time dateTime={entry.created_at} title={format.exact(entry.created_at)}>
          {format.dateTime(entry.created_at)}
        </time>
      </td>
      <td role="cell" className={`${classes.wide} ${classes.quiet}`}>{entry.ip ?? "–"}</td>
      <td role="cell" className={`${classes.number} ${classes.wide} ${classes.quiet}`}>{format.integer(seq)}</td>
    </tr>
  );
}
