"use client";

import { Panel } from "@/components/ui/Panel";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import type { SlowRequest } from "@/lib/monitoringTypes";
import classes from "./Detail.module.css";
import { StatusCode } from "./StatusCode";

/** The slowest calls of the range; each opens as it was logged. */
export function SlowestRequests({ slowest }: { slowest: readonly SlowRequest[] }) {
  const { t, format } = useI18n();
  const { params, setParams } = useUrlParams();
  const address = (requestId: string) => {
    const search = new URLSearchParams(params);
    search.set("tab", "requests");
    search.set("request", requestId);
    return `?${search.toString()}`;
  };
  return (
    <Panel title={t("apis.slowest")} hint={t("apis.slowestHint")} flush>
      {slowest.length === 0 ? <p className={classes.nothing}>{t("charts.noRequests")}</p> : null}
      {slowest.length > 0 ? (
        <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("apis.slowest")}>
          <table className={`${classes.table} ${classes.leading}`}>
            <thead>
              <tr>
                <th scope="col">{t("charts.responseTime")}</th>
                <th scope="col">{t("apis.status")}</th>
                <th scope="col">{t("common.requestId")}</th>
                <th scope="col">{t("charts.time")}</th>
              </tr>
            </thead>
            <tbody>
              {slowest.map(({ request_id: id, timestamp, response_time: time, status_code: code }) => (
                <tr key={id}>
                  <td>
                    <strong className="tnum">{format.duration(time)}</strong>
                  </td>
                  <td>
                    <StatusCode code={code} />
                  </td>
                  <th scope="row">
                    <a
                      href={address(id)}
                      className={`mono ${classes.link}`}
                      onClick={(event) => {
                        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                        event.preventDefault();
                        setParams({ tab: "requests", request: id }, "push");
                      }}
                    >
                      {id}
                    </a>
                  </th>
                  <td title={format.exact(timestamp)}>{format.dateTime(timestamp)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </Panel>
  );
}
