"use client";

import { useI18n } from "@/i18n/I18nProvider";
import type { JsonValue } from "@/lib/types";
import classes from "./Docs.module.css";

/** Beyond these they are counted: some columns have thousands, and the schema holds them all. */
const SHOWN = 10;

export function Values({ label, values }: { label: string; values: readonly JsonValue[] }) {
  const { t, format } = useI18n();
  const hidden = values.length - SHOWN;
  return (
    <span className={classes.values}>
      <span className={classes.quiet}>{label}</span>
      {values.slice(0, SHOWN).map((value) => (
        <code key={JSON.stringify(value)} className={`mono ${classes.value}`}>
          {JSON.stringify(value)}
        </code>
      ))}
      {hidden > 0 ? <span className={classes.quiet}>{t("docs.more", { count: format.integer(hidden) })}</span> : null}
    </span>
  );
}
