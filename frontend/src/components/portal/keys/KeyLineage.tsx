"use client";

import { Anchor } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";
import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import type { PortalKey } from "@/lib/portal/types";
import classes from "./KeyView.module.css";

/** When the key came, what it took over from, and what took over from it. */
export function KeyLineage({ item }: { item: PortalKey }) {
  const { t, format } = useI18n();
  const rows: (readonly [string, ReactNode])[] = [
    [t("keys.created"), format.dateTime(item.created_at)],
    [t("keys.expires"), item.expires_at === null ? t("keys.noExpiry") : format.dateTime(item.expires_at)],
    [t("keys.app"), item.app_id === null ? t("keys.noApp") : <Anchor component={Link} href={`/apps/${item.app_id}`} inherit>{item.app_name ?? item.app_id}</Anchor>],
  ];
  if (item.api_id !== null) rows.push([t("keys.api"), <Anchor key="api" component={Link} href={`/monitoring/${item.api_id}`} inherit>{t("keys.ofAPI", { id: item.api_id })}</Anchor>]);
  if (item.revoked_at !== null) rows.push([t("keys.revokedAt"), format.dateTime(item.revoked_at)]);
  rows.push([t("keys.replaces"), <Relative key="old" keyId={item.replaces_key_id} none={t("keys.firstOfLine")} />]);
  rows.push([t("keys.replacedBy"), <Relative key="new" keyId={item.replaced_by_key_id} none={t("keys.lastOfLine")} />]);
  return (
    <Panel title={t("keys.lineage")} hint={t("keys.lineageHint")}>
      <dl className={classes.rows}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function Relative({ keyId, none }: { keyId: string | null; none: string }) {
  if (keyId === null) return none;
  return (
    <Anchor component={Link} href={`/keys/${keyId}`} inherit className="mono">
      {keyId}
    </Anchor>
  );
}
