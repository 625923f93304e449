"use client";

import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import { StatusCode, codeText, kindOf } from "./StatusCode";
import classes from "./StatusCode.module.css";

/** How calls were answered. The bars only repeat the figures, so a screen reader gets the figures. */
export function StatusCodes({ codes }: { codes: Record<string, number> }) {
  const { t, format } = useI18n();
  const rows = Object.entries(codes)
    .map(([code, count]) => ({ code: Number(code), count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.code - b.code);
  const all = rows.reduce((sum, { count }) => sum + count, 0);
  return (
    <Panel title={t("apis.statusCodes")} hint={t("apis.statusCodesHint")}>
      {rows.length === 0 ? <p className={classes.nothing}>{t("charts.noRequests")}</p> : null}
      <ul className={classes.list}>
        {rows.map(({ code, count }) => (
          <li key={code} className={classes.row}>
            <StatusCode code={code} />
            <span className={classes.meaning}>{codeText(code, t)}</span>
            <span className={`tnum ${classes.count}`}>
              {format.integer(count)}
              <small>{format.percent((count / all) * 100)}</small>
            </span>
            <span className={classes.track} aria-hidden>
              <span className={classes.fill} data-kind={kindOf(code)} style={{ width: `${(count / all) * 100}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
