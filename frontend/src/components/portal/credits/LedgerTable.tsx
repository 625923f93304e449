"use client";

import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { LedgerEntry } from "@/lib/portal/types";
import classes from "./Credits.module.css";

export const LEDGER_KINDS = ["grant", "settle", "hold", "release", "purchase", "expire", "adjust"] as const;

export function LedgerTable({ entries, busy }: { entries: readonly LedgerEntry[]; busy: boolean }) {
  const { t } = useI18n();
  return (
    // Focusable, so that the keyboard can scroll it.
    <div className={classes.frame} data-busy={busy} tabIndex={0} role="region" aria-label={t("credits.ledger")}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col" className={classes.when}>
              {t("credits.when")}
            </th>
            <th scope="col">{t("credits.movement")}</th>
            <th scope="col" className={classes.right}>
              {t("credits.change")}
            </th>
            <th scope="col" className={classes.right}>
              {t("credits.after")}
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Row key={entry.id} entry={entry} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ entry }: { entry: LedgerEntry }) {
  const i18n = useI18n();
  const { tn, format } = i18n;
  const tone = entry.amount > 0 ? "in" : entry.amount < 0 ? "out" : undefined;
  return (
    <tr>
      <td className={classes.when}>
        <time dateTime={entry.created_at}>{format.dateTime(entry.created_at)}</time>
      </td>
      <td>
        <span className={classes.movement}>{kindText(entry.kind, i18n)}</span>
        <time className={classes.whenBelow} dateTime={entry.created_at}>
          {format.dateTime(entry.created_at)}
        </time>
        <span className={classes.reason}>{[entry.calls > 0 ? tn("credits.callCount", entry.calls) : "", entry.reason].filter(Boolean).join(" · ")}</span>
      </td>
      <td className={classes.right} data-tone={tone}>
        {signed(entry.amount, i18n)}
      </td>
      <td className={classes.right}>{format.integer(entry.balance_after)}</td>
    </tr>
  );
}

function kindText(kind: string, { t }: I18n): string {
  const known = LEDGER_KINDS.find((name) => name === kind);
  return known ? t(`credits.kind_${known}`) : kind;
}

/** The sign says what colour alone must not. */
function signed(amount: number, { format }: I18n): string {
  return amount > 0 ? `+${format.integer(amount)}` : format.integer(amount);
}
