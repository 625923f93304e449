"use client";

import Link from "next/link";
import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import { seconds } from "@/lib/portal/days";
import type { UsageEndpoint } from "@/lib/portal/types";
import classes from "./Overview.module.css";

/** What was called most, with a bar for its share of the busiest. */
export function TopEndpoints({ endpoints }: { endpoints: readonly UsageEndpoint[] }) {
  const { t, format } = useI18n();
  const most = Math.max(1, ...endpoints.map(({ calls }) => calls));
  return (
    <div className={classes.section}>
      <Panel
        title={t("portal.topEndpoints")}
        hint={t("charts.range_30d")}
        flush={endpoints.length > 0}
        aside={
          <Link href="/usage" className={classes.link}>
            {t("portal.allUsage")}
          </Link>
        }
      >
        {endpoints.length === 0 ? (
          <p className={classes.none}>{t("portal.noEndpoints")}</p>
        ) : (
          // Focusable, so that the keyboard can scroll it.
          <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("portal.topEndpoints")}>
            <table className={classes.table}>
              <thead>
                <tr>
                  <th scope="col">{t("portal.endpoint")}</th>
                  <th scope="col">{t("portal.calls")}</th>
                  <th scope="col">{t("charts.errors")}</th>
                  <th scope="col">{t("charts.p95")}</th>
                  <th scope="col">{t("portal.credits")}</th>
                </tr>
              </thead>
              <tbody>
                {endpoints.map((row) => (
                  <tr key={row.endpoint}>
                    <th scope="row">
                      <span className={classes.endpoint}>{row.name ?? row.endpoint}</span>
                      <code className={`mono ${classes.path}`}>{row.endpoint}</code>
                      <span className={classes.track} aria-hidden>
                        <span className={classes.bar} style={{ width: `${(row.calls / most) * 100}%` }} />
                      </span>
                    </th>
                    <td>{format.integer(row.calls)}</td>
                    <td>{format.integer(row.errors)}</td>
                    <td>{format.duration(seconds(row.p95_latency_ms))}</td>
                    <td>{format.integer(row.credits)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
    </div>
  );
}
