"use client";

import { Drawer } from "@mantine/core";
import { Fact, Facts, Section } from "@/components/monitoring/detail/Entry";
import { CodeBlock } from "@/components/ui/CodeBlock";
import { CopyField } from "@/components/ui/CopyField";
import { useI18n } from "@/i18n/I18nProvider";
import type { AuditEntry } from "@/lib/portal/auditTypes";
import { pretty } from "@/lib/portal/records";
import classes from "./Audit.module.css";
import { actionText, actorText } from "./auditText";

export function AuditDrawer({ entry, onClose }: { entry: AuditEntry | null; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <Drawer
      opened={entry !== null}
      onClose={onClose}
      position="right"
      size="min(560px, 100vw)"
      title={entry ? actionText(entry.action, t) : ""}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {entry ? <Entry entry={entry} /> : null}
    </Drawer>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { t, format } = useI18n();
  return (
    <>
      <Facts>
        <Fact label={t("audit.who")}>{actorText(entry.actor, t)}</Fact>
        <Fact label={t("audit.when")}>{format.exact(entry.created_at)}</Fact>
        <Fact label={t("audit.where")}>{entry.ip ?? "–"}</Fact>
        <Fact label={t("audit.seq")}>{format.integer(entry.seq)}</Fact>
        <Fact label={t("audit.browser")} wide>
          {entry.user_agent ?? "–"}
        </Fact>
        <Fact label={t("audit.name")} wide>
          <code className="mono">{entry.action}</code>
        </Fact>
      </Facts>
      <Section title={t("audit.target")}>
        <CodeBlock code={pretty(entry.target)} language="json" label={t("audit.target")} maxHeight={180} />
      </Section>
      {Object.keys(entry.details).length > 0 ? (
        <Section title={t("audit.details")}>
          <CodeBlock code={pretty(entry.details)} language="json" label={t("audit.details")} maxHeight={320} />
        </Section>
      ) : null}
      <Section title={t("audit.chain")}>
        <p className={classes.hint}>{t("audit.chainHint")}</p>
        <div className={classes.hashes}>
          {entry.request_id ? <CopyField label={t("common.requestId")} value={entry.request_id} /> : null}
          <CopyField label={t("audit.hash")} value={entry.hash} />
          <CopyField label={t("audit.prevHash")} value={entry.prev_hash} shown={entry.prev_hash === "" ? t("audit.first") : entry.prev_hash} />
        </div>
      </Section>
    </>
  );
}
