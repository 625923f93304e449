"use client";

import { Tooltip } from "@mantine/core";
import { useScopes } from "@/hooks/useKeys";
import { useI18n } from "@/i18n/I18nProvider";
import type { Limits, PortalKey } from "@/lib/portal/types";
import classes from "./Keys.module.css";
import { rateText, scopeTitle } from "./keyText";

/** How long ago, with the moment in full for those who point at it. */
export function Moment({ when, never }: { when: string | null; never: string }) {
  const { format } = useI18n();
  if (when === null) return <span className={classes.quiet}>{never}</span>;
  return (
    <time dateTime={when} title={format.dateTime(when)} className={classes.nowrap}>
      {format.relative(when)}
    </time>
  );
}

export function Expiry({ item }: { item: PortalKey }) {
  const { t, format } = useI18n();
  if (item.expires_at === null) return <span className={classes.quiet}>{t("keys.noExpiry")}</span>;
  return (
    <time dateTime={item.expires_at} title={format.dateTime(item.expires_at)} className={classes.nowrap} data-soon={item.status === "expiring" || undefined}>
      {item.status === "expiring" ? format.relative(item.expires_at) : format.date(item.expires_at)}
    </time>
  );
}

/** The first scope in words; the others are counted, and all stand in the tooltip and on the key's page. */
export function Scopes({ scopes }: { scopes: readonly string[] }) {
  const { t } = useI18n();
  const known = useScopes();
  const titles = scopes.map((scope) => scopeTitle(scope, t, known.data));
  const [first, ...others] = titles;
  if (first === undefined) return <span className={classes.quiet}>{t("keys.noScopes")}</span>;
  return (
    <Tooltip label={titles.join(" · ")} disabled={others.length === 0} multiline maw={320}>
      <span className={classes.scopes}>
        {first}
        {others.length > 0 ? <span className={classes.more}>{t("keys.moreScopes", { count: others.length })}</span> : null}
      </span>
    </Tooltip>
  );
}

/** What counts in the end: calls a minute and calls a day. */
export function LimitsCell({ limits }: { limits: Limits }) {
  const i18n = useI18n();
  const { t, format } = i18n;
  return (
    <div className={classes.limits}>
      <span className="tnum">{rateText(limits, i18n)}</span>
      <span className={`tnum ${classes.quiet}`}>{t("keys.perDay", { count: format.compact(limits.effective_daily_ceiling) })}</span>
    </div>
  );
}
