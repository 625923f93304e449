"use client";

import { Anchor } from "@mantine/core";
import Link from "next/link";
import { useMemo } from "react";
import { Panel } from "@/components/ui/Panel";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import { errorRate } from "@/components/monitoring/charts/chartData";
import { seconds } from "@/lib/portal/days";
import type { UsageEndpoint } from "@/lib/portal/types";
import type { KeyUsage, Usage } from "@/lib/portal/usageTypes";
import { type SortedColumn, SortedTable } from "../shared/SortedTable";
import classes from "./Usage.module.css";

interface UsageTablesProps {
  usage: Usage;
  onEndpoint: (endpoint: string) => void;
  onKey: (keyId: string) => void;
}

/** What was called and with which keys. A name narrows the page to it. */
export function UsageTables({ usage, onEndpoint, onKey }: UsageTablesProps) {
  const i18n = useI18n();
  const { t } = i18n;
  const endpointColumns = useMemo(() => columnsOfEndpoints(i18n, onEndpoint), [i18n, onEndpoint]);
  const keyColumns = useMemo(() => columnsOfKeys(i18n, onKey), [i18n, onKey]);
  return (
    <div className={classes.tables}>
      <Panel title={t("usage.byEndpoint")} hint={t("usage.byEndpointHint")} flush>
        <SortedTable label={t("usage.byEndpoint")} columns={endpointColumns} rows={usage.endpoints} rowId={(row) => row.endpoint} />
      </Panel>
      <Panel title={t("usage.byKey")} hint={t("usage.byKeyHint")} flush>
        <SortedTable label={t("usage.byKey")} columns={keyColumns} rows={usage.keys} rowId={(row) => `${row.key_id ?? ""}${row.environment}`} />
      </Panel>
    </div>
  );
}

function columnsOfEndpoints({ t, format }: I18n, onEndpoint: (endpoint: string) => void): SortedColumn<UsageEndpoint>[] {
  return [
    {
      id: "endpoint",
      label: t("usage.endpoint"),
      value: (row) => row.name ?? row.endpoint,
      cell: (row) => (
        <span className={classes.name}>
          <Anchor component="button" type="button" size="sm" ta="left" onClick={() => onEndpoint(row.endpoint)}>
            {row.name ?? row.endpoint}
          </Anchor>
          <code className={`mono ${classes.path}`}>{row.endpoint}</code>
        </span>
      ),
    },
    { id: "calls", label: t("usage.calls"), value: (row) => row.calls, cell: (row) => format.integer(row.calls) },
    errorColumn({ t, format }),
    { id: "average", label: t("charts.average"), value: (row) => row.avg_latency_ms, cell: (row) => format.duration(seconds(row.avg_latency_ms)) },
    { id: "p95", label: t("charts.p95"), value: (row) => row.p95_latency_ms, cell: (row) => format.duration(seconds(row.p95_latency_ms)) },
    { id: "credits", label: t("usage.credits"), value: (row) => row.credits, cell: (row) => format.integer(row.credits) },
  ];
}

function columnsOfKeys({ t, format }: I18n, onKey: (keyId: string) => void): SortedColumn<KeyUsage>[] {
  return [
    { id: "key", label: t("usage.key"), value: (row) => row.name ?? "", cell: (row) => <KeyName row={row} onKey={onKey} /> },
    { id: "calls", label: t("usage.calls"), value: (row) => row.calls, cell: (row) => format.integer(row.calls) },
    errorColumn({ t, format }),
    { id: "credits", label: t("usage.credits"), value: (row) => row.credits, cell: (row) => format.integer(row.credits) },
  ];
}

/** How many, and of how many that is. */
function errorColumn({ t, format }: Pick<I18n, "t" | "format">): SortedColumn<{ calls: number; errors: number }> {
  return {
    id: "errors",
    label: t("usage.errors"),
    value: (row) => row.errors,
    cell: (row) => (
      <>
        {format.integer(row.errors)}
        {row.errors > 0 ? <span className={classes.share}>{format.percent(errorRate(row.calls, row.errors))}</span> : null}
      </>
    ),
  };
}

/** Calls without a key came from the playground: the session paid for them. */
function KeyName({ row, onKey }: { row: KeyUsage; onKey: (keyId: string) => void }) {
  const { t } = useI18n();
  const { key_id: keyId, name } = row;
  if (keyId === null) return <span>{t("usage.noKey")}</span>;
  return (
    <span className={classes.name}>
      <Anchor component="button" type="button" size="sm" ta="left" onClick={() => onKey(keyId)}>
        {name ?? keyId}
      </Anchor>
      <Link className={classes.path} href={`/logs?key=${encodeURIComponent(keyId)}`}>
        {t("usage.showCalls")}
      </Link>
    </span>
  );
}
