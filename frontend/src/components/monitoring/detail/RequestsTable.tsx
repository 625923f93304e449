"use client";

import { useI18n } from "@/i18n/I18nProvider";
import type { APIRequest } from "@/lib/monitoringTypes";
import classes from "./RequestsTable.module.css";
import { StatusCode } from "./StatusCode";

interface RequestsTableProps {
  requests: readonly APIRequest[];
  busy: boolean;
  onOpen: (requestId: string) => void;
}

/**
 * One row a request. The id is the button; a click anywhere on the row does the same for a pointer.
 * Roles are spelled out: on a phone rows are laid out as blocks, and browsers then forget that they are a table.
 */
export function RequestsTable({ requests, busy, onOpen }: RequestsTableProps) {
  const { t } = useI18n();
  return (
    <div className={classes.frame} data-busy={busy}>
      <table className={classes.table} role="table">
        <caption className={classes.caption}>{t("requests.caption")}</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">{t("apis.status")}</th>
            <th scope="col" role="columnheader">{t("charts.time")}</th>
            <th scope="col" role="columnheader">{t("common.requestId")}</th>
            <th scope="col" role="columnheader" className={classes.number}>
              {t("charts.responseTime")}
            </th>
            <th scope="col" role="columnheader" className={`${classes.number} ${classes.wide}`}>
              {t("requests.rows")}
            </th>
            <th scope="col" role="columnheader" className={`${classes.number} ${classes.wide}`}>
              {t("charts.cpuTitle")}
            </th>
            <th scope="col" role="columnheader" className={`${classes.number} ${classes.wide}`}>
              {t("charts.memoryTitle")}
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {requests.map((request) => (
            <RequestRow key={request.id} request={request} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RequestRow({ request, onOpen }: { request: APIRequest; onOpen: (requestId: string) => void }) {
  const { t, format } = useI18n();
  const { request_id: id, status_code: code, error_message: error } = request;
  return (
    <tr role="row" onClick={() => onOpen(id)} className={classes.row}>
      <td role="cell" className={classes.status}>
        <StatusCode code={code} />
      </td>
      <td role="cell" className={classes.when}>
        <time dateTime={request.timestamp}>{format.exact(request.timestamp)}</time>
      </td>
      <td role="cell" className={classes.what}>
        <button
          type="button"
          className={`mono ${classes.id}`}
          aria-label={t("requests.open", { id })}
          onClick={(event) => {
            event.stopPropagation();
            onOpen(id);
          }}
        >
          {id}
        </button>
        {error ? <span className={classes.error}>{error}</span> : null}
      </td>
      <td role="cell" className={`${classes.number} ${classes.duration}`}>{format.duration(request.response_time)}</td>
      <td role="cell" className={`${classes.number} ${classes.wide}`}>{format.integer(request.rows)}</td>
      <td role="cell" className={`${classes.number} ${classes.wide}`}>{format.percent(request.cpu_usage)}</td>
      <td role="cell" className={`${classes.number} ${classes.wide}`}>{format.megabytes(request.memory_usage)}</td>
    </tr>
  );
}
