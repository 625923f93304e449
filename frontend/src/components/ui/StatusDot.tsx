"use client";

import { useI18n } from "@/i18n/I18nProvider";
import type { APIStatus } from "@/lib/types";
import classes from "./StatusDot.module.css";

/** An API's state in a shape, a colour and a word: none of them alone. */
export function StatusDot({ status }: { status: APIStatus }) {
  const { t } = useI18n();
  return (
    <span className={classes.status} data-status={status}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" className={classes.shape}>
        {status === "active" ? <circle cx="5" cy="5" r="4" /> : null}
        {status === "inactive" ? <path d="M2.2 1.5v7M7.8 1.5v7" className={classes.bars} /> : null}
        {status === "error" ? <path d="M5 .8 9.6 9H.4z" /> : null}
      </svg>
      {t(`common.status_${status}`)}
    </span>
  );
}
