"use client";

import { useMediaQuery } from "@mantine/hooks";
import Link from "next/link";
import { useMemo } from "react";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { PortalKey } from "@/lib/portal/types";
import { EnvironmentBadge, KeyStatusBadge } from "../shared/Badges";
import { type SortedColumn, SortedTable } from "../shared/SortedTable";
import { KeyActions } from "./KeyActions";
import { KeyCards } from "./KeyCards";
import type { OpenKeyDialog } from "./KeyDialogs";
import { Expiry, LimitsCell, Moment, Scopes } from "./KeyCells";
import classes from "./Keys.module.css";

interface KeyListProps {
  keys: PortalKey[];
  /** Keys that no longer work: why they were revoked instead of what they may use. */
  history?: boolean;
  onOpen: OpenKeyDialog;
}

/** A table where there is room, cards on a phone. */
export function KeyList({ keys, history = false, onOpen }: KeyListProps) {
  const i18n = useI18n();
  const narrow = useMediaQuery("(max-width: 61.99em)", false, { getInitialValueInEffect: false });
  const columns = useMemo(() => columnsFor(i18n, history, onOpen), [i18n, history, onOpen]);
  if (narrow) return <KeyCards keys={keys} onOpen={onOpen} />;
  return (
    <div className={classes.frame}>
      <SortedTable columns={columns} rows={keys} rowId={(key) => key.key_id} label={i18n.t("keys.caption")} />
    </div>
  );
}

function columnsFor({ t }: I18n, history: boolean, onOpen: OpenKeyDialog): SortedColumn<PortalKey>[] {
  return [
    { id: "name", label: t("keys.name"), value: (key) => key.name.toLowerCase(), cell: (key) => <KeyName item={key} /> },
    { id: "status", label: t("keys.status"), value: (key) => key.status, cell: (key) => <KeyStatusBadge status={key.status} /> },
    { id: "environment", label: t("keys.environment"), value: (key) => key.environment, cell: (key) => <EnvironmentBadge environment={key.environment} /> },
    { id: "app", label: t("keys.app"), value: (key) => key.app_name ?? "", cell: (key) => <AppLink item={key} /> },
    { id: "scopes", label: t("keys.scopes"), cell: (key) => <Scopes scopes={key.scopes} /> },
    { id: "used", label: t("keys.lastUsed"), value: (key) => key.last_used_at ?? "", cell: (key) => <Moment when={key.last_used_at} never={t("keys.never")} /> },
    history
      ? { id: "ended", label: t("keys.ended"), value: (key) => key.revoked_at ?? key.expires_at ?? "", cell: (key) => <Ended item={key} /> }
      : { id: "expires", label: t("keys.expires"), value: (key) => key.expires_at ?? "9", cell: (key) => <Expiry item={key} /> },
    { id: "limits", label: t("keys.limits"), value: (key) => String(key.limits.effective_daily_ceiling).padStart(16, "0"), cell: (key) => <LimitsCell limits={key.limits} /> },
    { id: "actions", label: "", cell: (key) => <KeyActions item={key} onOpen={onOpen} /> },
  ];
}

export function KeyName({ item }: { item: PortalKey }) {
  return (
    <div className={classes.nameCell}>
      <Link href={`/keys/${item.key_id}`} className={classes.name}>
        {item.name}
      </Link>
      <code className={`mono ${classes.masked}`}>{item.key_masked}</code>
    </div>
  );
}

function AppLink({ item }: { item: PortalKey }) {
  const { t } = useI18n();
  if (item.app_id !== null) {
    return (
      <Link href={`/apps/${item.app_id}`} className={classes.quietLink}>
        {item.app_name ?? item.app_id}
      </Link>
    );
  }
  if (item.api_id === null) return <span className={classes.quiet}>{t("keys.noApp")}</span>;
  return (
    <Link href={`/monitoring/${item.api_id}`} className={classes.quietLink}>
      {t("keys.ofAPI", { id: item.api_id })}
    </Link>
  );
}

function Ended({ item }: { item: PortalKey }) {
  const { t } = useI18n();
  return (
    <div className={classes.ended}>
      <Moment when={item.revoked_at ?? item.expires_at} never={t("keys.never")} />
      {item.revoked_reason ? <span className={classes.reason}>{item.revoked_reason}</span> : null}
    </div>
  );
}
