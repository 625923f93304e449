"use client";

import { Anchor, Skeleton } from "@mantine/core";
import { IconArrowUpRight } from "@tabler/icons-react";
import docClasses from "@/components/monitoring/docs/Docs.module.css";
import { CodeBlock } from "@/components/ui/CodeBlock";
import { Panel } from "@/components/ui/Panel";
import { QueryView } from "@/components/ui/QueryView";
import { Snippets } from "@/components/ui/Snippets";
import type { useEndpointDocs } from "@/hooks/usePlayground";
import { useI18n } from "@/i18n/I18nProvider";
import type { EndpointDocs } from "@/lib/portal/playgroundTypes";
import { pretty } from "@/lib/portal/records";
import { priceText } from "./EndpointPane";
import { ErrorsPanel } from "./ErrorsPanel";
import { ParameterTable } from "./ParameterTable";
import classes from "./Reference.module.css";

/** Everything one has to know to call the endpoint from code. */
export function Reference({ query }: { query: ReturnType<typeof useEndpointDocs> }) {
  return (
    <QueryView query={query} skeleton={<Skeleton height={480} radius={10} />}>
      {(docs) => <Page docs={docs} />}
    </QueryView>
  );
}

function Page({ docs }: { docs: EndpointDocs }) {
  const { t, tn } = useI18n();
  return (
    <div className={classes.page}>
      <Panel title={t("playground.parameters")} hint={tn("playground.parameterCount", docs.parameters.length)} flush>
        <ParameterTable parameters={docs.parameters} />
      </Panel>
      <Panel title={t("docs.call")} hint={t("docs.callHint")}>
        <Snippets snippets={docs.snippets} maxHeight={360} />
      </Panel>
      <div className={docClasses.pair}>
        <Panel title={t("docs.example")}>
          <CodeBlock code={pretty(docs.example_request)} language="json" label={t("docs.example")} />
        </Panel>
        <Panel title={t("playground.exampleAnswer")}>
          {docs.example_response === null ? <p className={docClasses.words}>{t("playground.noExampleAnswer")}</p> : <CodeBlock code={pretty(docs.example_response)} language="json" label={t("playground.exampleAnswer")} />}
        </Panel>
      </div>
      <Terms docs={docs} />
      <ErrorsPanel errors={docs.errors} />
      <div className={docClasses.pair}>
        <Panel title={t("playground.requestSchema")}>
          <CodeBlock code={JSON.stringify(docs.request_schema, null, 2)} language="json" label={t("playground.requestSchema")} maxHeight={340} />
        </Panel>
        <Panel title={t("playground.responseSchema")}>
          <CodeBlock code={JSON.stringify(docs.response_schema, null, 2)} language="json" label={t("playground.responseSchema")} maxHeight={340} />
        </Panel>
      </div>
    </div>
  );
}

function Terms({ docs }: { docs: EndpointDocs }) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const { limits } = docs;
  return (
    <Panel
      title={t("playground.terms")}
      aside={
        <Anchor href={docs.openapi_url} target="_blank" rel="noreferrer" size="sm" className={docClasses.out}>
          {t("docs.openapi")}
          <IconArrowUpRight size={14} stroke={1.7} aria-label={t("shell.opensNewTab")} />
        </Anchor>
      }
    >
      <dl className={classes.terms}>
        <div>
          <dt>{t("playground.price")}</dt>
          <dd>{priceText(docs.price, i18n)}</dd>
          <dd className={classes.quiet}>{t("playground.priceHint")}</dd>
        </div>
        <div>
          <dt>{t("playground.limit")}</dt>
          <dd>{t("playground.perMinute", { count: format.integer(limits.plan_limit) })}</dd>
          <dd className={classes.quiet}>{t("playground.limitHint")}</dd>
        </div>
        {limits.surface === null ? null : (
          <div>
            <dt>{t("playground.surface")}</dt>
            <dd>{t("playground.perMinute", { count: format.integer(limits.surface) })}</dd>
          </div>
        )}
        <div>
          <dt>{t("playground.scope")}</dt>
          <dd>
            <code className="mono">{docs.scope}</code>
          </dd>
          <dd className={classes.quiet}>{t("playground.scopeHint")}</dd>
        </div>
      </dl>
    </Panel>
  );
}
