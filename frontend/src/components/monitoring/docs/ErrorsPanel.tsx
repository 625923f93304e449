"use client";

import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import { StatusCode } from "../detail/StatusCode";
import classes from "./Docs.module.css";

/** Statuses other than success, with the code that programs read. Both stay the same across versions. */
const REFUSALS = [
  [400, "INVALID_INPUT"],
  [401, "UNAUTHENTICATED"],
  [403, "INVALID_API_KEY"],
  [404, "NOT_FOUND"],
  [413, "PAYLOAD_TOO_LARGE"],
  [415, "UNSUPPORTED_MEDIA_TYPE"],
  [429, "RATE_LIMITED"],
  [500, "MODEL_FAILED"],
  [503, "UNAVAILABLE"],
] as const;

export function ErrorsPanel({ limit }: { limit: number }) {
  const { t, format } = useI18n();
  return (
    <Panel title={t("docs.errors")} hint={t("docs.errorsHint")} flush>
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("docs.errors")}>
        <table className={`${classes.table} ${classes.blocks} ${classes.errors}`} role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th scope="col" role="columnheader">{t("apis.status")}</th>
              <th scope="col" role="columnheader">{t("docs.code")}</th>
              <th scope="col" role="columnheader">{t("docs.meaning")}</th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {REFUSALS.map(([status, code]) => (
              <tr key={status} role="row">
                <th scope="row" role="rowheader">
                  <StatusCode code={status} />
                </th>
                <td role="cell">
                  <code className="mono">{code}</code>
                </td>
                <td role="cell" className={classes.wrap}>
                  {status === 429 ? t("docs.error_429", { limit: format.integer(limit) }) : t(`docs.error_${status}`)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
