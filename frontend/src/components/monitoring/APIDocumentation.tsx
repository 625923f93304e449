"use client";

import { Anchor, Button } from "@mantine/core";
import { IconArrowUpRight, IconKey } from "@tabler/icons-react";
import { useState } from "react";
import { CodeBlock } from "@/components/ui/CodeBlock";
import { CopyField } from "@/components/ui/CopyField";
import { Panel } from "@/components/ui/Panel";
import { Snippets } from "@/components/ui/Snippets";
import { useI18n } from "@/i18n/I18nProvider";
import type { APIDetails } from "@/lib/types";
import { AnswerPanel } from "./docs/AnswerPanel";
import classes from "./docs/Docs.module.css";
import { ErrorsPanel } from "./docs/ErrorsPanel";
import { InputPanel } from "./docs/InputPanel";
import { RegenerateKeyDialog } from "./RegenerateKeyDialog";

/** All that a person who calls this API needs, with its own address and its own example. */
export function APIDocumentation({ api }: { api: APIDetails }) {
  const { t } = useI18n();
  return (
    <div className={classes.page}>
      <div className={classes.pair}>
        <Access api={api} />
        <Panel title={t("docs.call")} hint={t("docs.callHint")}>
          <Snippets snippets={api.snippets} />
        </Panel>
      </div>
      <InputPanel api={api} />
      <div className={classes.pair}>
        <Panel title={t("docs.example")} hint={t("docs.exampleHint")}>
          <CodeBlock code={JSON.stringify(api.example, null, 2)} language="json" label={t("docs.example")} />
        </Panel>
        <AnswerPanel api={api} />
      </div>
      <ErrorsPanel limit={api.rate_limit_per_minute} />
    </div>
  );
}

function Access({ api }: { api: APIDetails }) {
  const { t } = useI18n();
  const [asking, setAsking] = useState(false);
  return (
    <Panel title={t("docs.access")}>
      <div className={classes.fields}>
        <CopyField label={t("docs.endpoint")} value={api.api_url} shown={`POST ${api.api_url}`} />
        <CopyField label={t("docs.maskedKey")} value={api.api_key_masked} />
        <CopyField label={t("docs.keyId")} value={api.key_id} />
        <p className={classes.words}>{t("docs.keyOnce")}</p>
        <div className={classes.links}>
          <Button variant="default" size="xs" leftSection={<IconKey size={14} stroke={1.7} />} onClick={() => setAsking(true)}>
            {t("apis.regenerate")}
          </Button>
          <Out href={api.openapi_url}>{t("docs.openapi")}</Out>
          <Out href={api.docs_url}>{t("docs.reference")}</Out>
        </div>
      </div>
      <RegenerateKeyDialog api={api} opened={asking} onClose={() => setAsking(false)} />
    </Panel>
  );
}

function Out({ href, children }: { href: string; children: string }) {
  const { t } = useI18n();
  return (
    <Anchor href={href} target="_blank" rel="noreferrer" size="sm" className={classes.out}>
      {children}
      <IconArrowUpRight size={14} stroke={1.8} aria-label={t("shell.opensNewTab")} />
    </Anchor>
  );
}
