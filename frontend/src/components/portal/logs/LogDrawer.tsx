"use client";

import { Anchor, Button, Drawer, Group, Skeleton } from "@mantine/core";
import { IconEyeOff, IconFileOff, IconTerminal2 } from "@tabler/icons-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { StatusCode, codeText } from "@/components/monitoring/detail/StatusCode";
import { Notice } from "@/components/monitoring/Notice";
import { CodeBlock } from "@/components/ui/CodeBlock";
import { CopyButton } from "@/components/ui/CopyButton";
import { EmptyState } from "@/components/ui/EmptyState";
import { QueryView } from "@/components/ui/QueryView";
import { useLog } from "@/hooks/useLogs";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError } from "@/lib/errors";
import { pretty } from "@/lib/portal/records";
import { countRedacted } from "@/lib/portal/redaction";
import type { LogDetail } from "@/lib/portal/usageTypes";
import type { JsonValue } from "@/lib/types";
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
      <Facts entry={entry} />
      {entry.error_message ? (
        <div className={classes.block}>
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

function Facts({ entry }: { entry: LogDetail }) {
  const { t, format } = useI18n();
  const source = entry.source === "api" || entry.source === "playground" || entry.source === "internal" ? t(`logs.source_${entry.source}`) : entry.source;
  return (
    <dl className={classes.facts}>
      <Fact label={t("logs.status")}>
        <span className={classes.withCopy}>
          <StatusCode code={entry.status} /> {codeText(entry.status, t)}
        </span>
      </Fact>
      <Fact label={t("usage.latency")}>{format.duration(entry.latency_ms / 1000)}</Fact>
      <Fact label={t("logs.call")} wide>
        <code className="mono">{`${entry.method} ${entry.endpoint}`}</code>
      </Fact>
      <Fact label={t("charts.time")}>{format.exact(entry.occurred_at)}</Fact>
      <Fact label={t("logs.source")}>{`${source} · ${t(`logs.environment_${entry.environment}`)}`}</Fact>
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
          <span className={classes.withCopy}>
            {entry.key_name ? (
              <Anchor component={Link} href={`/keys/${entry.key_id}`} size="sm">
                {entry.key_name}
              </Anchor>
            ) : null}
            <Copyable value={entry.key_id} what={t("requests.key")} />
          </span>
        ) : (
          t(entry.source === "playground" ? "logs.bySession" : "requests.noKey")
        )}
      </Fact>
    </dl>
  );
}

function Fact({ label, wide = false, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? classes.full : undefined}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Copyable({ value, what }: { value: string; what: string }) {
  return (
    <span className={classes.withCopy}>
      <code className="mono">{value}</code>
      <CopyButton value={value} what={what} size="xs" />
    </span>
  );
}

/** Says how many values were hidden: what one reads is not all that was sent. */
function Body({ title, body, absent }: { title: string; body: JsonValue; absent: string }) {
  const { tn } = useI18n();
  const hidden = countRedacted(body);
  return (
    <section className={classes.block}>
      <h3>{title}</h3>
      {hidden > 0 ? (
        <p className={classes.redacted}>
          <IconEyeOff size={14} stroke={1.7} aria-hidden />
          {tn("logs.redacted", hidden)}
        </p>
      ) : null}
      {body === null ? <p className={classes.absent}>{absent}</p> : <CodeBlock code={typeof body === "string" ? body : pretty(body)} language="json" label={title} maxHeight={320} />}
    </section>
  );
}

function countryName(code: string | null, locale: string): string | null {
  return code === null ? null : (new Intl.DisplayNames(locale, { type: "region" }).of(code) ?? code);
}
