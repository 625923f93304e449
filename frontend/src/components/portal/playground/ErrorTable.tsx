"use client";

import { StatusCode } from "@/components/monitoring/detail/StatusCode";
import docClasses from "@/components/monitoring/docs/Docs.module.css";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { EndpointDocs } from "@/lib/portal/playgroundTypes";

/** Codes that these pages can explain in the reader's language; of others the server's own words are shown. */
const EXPLAINED = [
  "INVALID_INPUT",
  "UNAUTHENTICATED",
  "INSUFFICIENT_CREDITS",
  "INVALID_API_KEY",
  "INVALID_SIGNATURE",
  "NOT_FOUND",
  "PAYLOAD_TOO_LARGE",
  "RATE_LIMITED",
  "MODEL_FAILED",
  "UNAVAILABLE",
] as const;

export function ErrorTable({ errors }: { errors: EndpointDocs["errors"] }) {
  const { t } = useI18n();
  return (
    <div className={docClasses.scroll} tabIndex={0} role="region" aria-label={t("docs.errors")}>
      <table className={`${docClasses.table} ${docClasses.blocks} ${docClasses.errors}`} role="table">
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
              <td role="cell" className={docClasses.wrap}>
                {meaningOf(code, t) ?? meaning}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function meaningOf(code: string, t: I18n["t"]): string | null {
  const known = EXPLAINED.find((one) => one === code);
  return known ? t(`playground.meaning_${known}`) : null;
}
