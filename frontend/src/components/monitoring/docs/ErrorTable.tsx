"use client";

import { useI18n } from "@/i18n/I18nProvider";
import { StatusCode } from "../detail/StatusCode";
import classes from "./Docs.module.css";

interface ErrorTableProps {
  errors: readonly { status: number; code: string; meaning: string }[];
}

/** The refusals of an endpoint: status, the code that programs read, and what it means. */
export function ErrorTable({ errors }: ErrorTableProps) {
  const { t } = useI18n();
  return (
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
          {errors.map(({ status, code, meaning }) => (
            <tr key={`${status} ${code}`} role="row">
              <th scope="row" role="rowheader">
                <StatusCode code={status} />
              </th>
              <td role="cell">
                <code className="mono">{code}</code>
              </td>
              <td role="cell" className={classes.wrap}>
                {meaning}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
