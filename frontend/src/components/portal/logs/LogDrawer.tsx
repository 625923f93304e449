"use client";

import { Anchor, Button, Drawer, Group, Skeleton } from "@mantine/core";
import { IconFileOff, IconTerminal2 } from "@tabler/icons-react";
import Link from "next/link";
import { Body, Copyable, Fact, Facts, Status, Together } from "@/components/monitoring/detail/Entry";
import { Notice } from "@/components/monitoring/Notice";
import { EmptyState } from "@/components/ui/EmptyState";
import { QueryView } from "@/components/ui/QueryView";
import { useLog } from "@/hooks/useLogs";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError } from "@/lib/errors";
import type { LogDetail } from "@/lib/portal/usageTypes";
import classes from "./Logs.module.css";

/** One call with its bodies, read by its id: a link to it works whichever page of the log it is on. */
export function LogDrawer({ requestId, onClose }: { requestId: string | null; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <Drawer opened={requestId !== null} onClose={onClose} position="right" size="min(600px, 100vw)" title={t("logs.one")} closeButtonProps={{ "aria-label": t("common.close") }}>
      {requestId === null ? null : <Logged key={requestId} requestId={requestId} />}
    </Drawer>
  );
}

function Logged({ requestId }: { requestId: string }) {
  const { t } = useI18n();
  const query = useLog(requestId);
  const gone = (error: Error) =>
    error instanceof ApiError && error.status === 404 ? <EmptyState icon={IconFileOff} title={t("requests.goneTitle")} text={t("requests.goneText", { id: requestId })} /> : null;
  return (
    <QueryView query={query} skeleton={<Skeleton height={420} radius={8} />} renderError={gone}>
      {(entry) => <Entry entry={entry} />}
    </QueryView>
  );
}

function Entry({ entry }: { entry: LogDetail }) {
  const { t } = useI18n();
  return (
    <>
      <EntryFacts entry={entry} />
      {entry.error_message ? (
        <div className={classes.notice}>
          <Notice tone="bad" title={t("requests.error")}>
            {entry.error_message}
          </Notice>
        </div>
      ) : null}
      <Body title={t("requests.request")} body={entry.request_data} absent={t("requests.noRequestBody")} />
      <Body title={t("requests.response")} body={entry.response_data} absent={t("requests.noResponseBody")} />
      {entry.api_id === null ? null : (
        <Group>
          <Button component={Link} href={`/playground?endpoint=${encodeURIComponent(`${entry.kind}:${entry.api_id}`)}`} variant="default" leftSection={<IconTerminal2 size={15} stroke={1.7} />}>
            {t("logs.openPlayground")}
          </Button>
          <Button component={Link} href={`/monitoring/${entry.api_id}`} variant="subtle" color="gray">
            {t("logs.openMonitoring")}
          </Button>
        </Group>
      )}
    </>
  );
}

function EntryFacts({ entry }: { entry: LogDetail }) {
  const { t, format } = useI18n();
  const source = entry.source === "api" || entry.source === "playground" || entry.source === "internal" ? t(`logs.source_${entry.source}`) : entry.source;
  return (
    <Facts>
      <Fact label={t("logs.status")}>
        <Status code={entry.status} />
      </Fact>
      <Fact label={t("usage.latency")}>{format.duration(entry.latency_ms / 1000)}</Fact>
      <Fact label={t("logs.call")} wide>
        <code className="mono">{`${entry.method} ${entry.endpoint}`}</code>
      </Fact>
      <Fact label={t("charts.time")}>{format.exact(entry.occurred_at)}</Fact>
      <Fact label={t("logs.source")}>{`${source} · ${t(`portal.environment_${entry.environment}`)}`}</Fact>
      <Fact label={t("requests.rows")}>{format.integer(entry.rows)}</Fact>
      <Fact label={t("usage.credits")}>
        {format.integer(entry.credits)}
        {entry.is_overage ? ` · ${t("logs.overage")}` : null}
      </Fact>
      <Fact label={t("logs.bytes")}>{t("usage.inOut", { incoming: format.bytes(entry.bytes_in), outgoing: format.bytes(entry.bytes_out) })}</Fact>
      <Fact label={t("logs.from_where")}>{[entry.ip, countryName(entry.country, format.locale)].filter(Boolean).join(" · ") || "–"}</Fact>
      <Fact label={t("common.requestId")} wide>
        <Copyable value={entry.request_id} what={t("common.requestId")} />
      </Fact>
      <Fact label={t("usage.key")} wide>
        {entry.key_id ? (
          <Together>
            {entry.key_name ? (
              <Anchor component={Link} href={`/keys/${entry.key_id}`} size="sm">
                {entry.key_name}
              </Anchor>
            ) : null}
            <Copyable value={entry.key_id} what={t("requests.key")} />
          </Together>
        ) : (
          t(entry.source === "playground" ? "logs.bySession" : "requests.noKey")
        )}
      </Fact>
    </Facts>
  );
}

function countryName(code: string | null, locale: string): string | null {
  return code === null ? null : (new Intl.DisplayNames(locale, { type: "region" }).of(code) ?? code);
}
