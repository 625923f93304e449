"use client";

import { Tabs } from "@mantine/core";
import Link from "next/link";
import { StatusCode } from "@/components/monitoring/detail/StatusCode";
import snippetClasses from "@/components/ui/Snippets.module.css";
import { CodeBlock } from "@/components/ui/CodeBlock";
import { CopyButton } from "@/components/ui/CopyButton";
import { Snippets } from "@/components/ui/Snippets";
import { useI18n } from "@/i18n/I18nProvider";
import { pretty } from "@/lib/portal/records";
import { refusalOf } from "@/lib/portal/refusals";
import type { FormPlan } from "@/lib/portal/schemaForm";
import type { MadeCall } from "./madeCalls";
import classes from "./Answer.module.css";
import { PredictionSummary } from "./PredictionSummary";
import { RefusalNote } from "./RefusalNote";

/** What came of one call: in a line, in words, and to the byte. */
export function AnswerView({ call, plan }: { call: MadeCall; plan: FormPlan | null }) {
  const { t } = useI18n();
  const { answer } = call;
  const refusal = refusalOf(answer);
  return (
    <section className={classes.answer} aria-label={t("playground.answer")}>
      <Outcome call={call} />
      {refusal ? <RefusalNote answer={answer} refusal={refusal} plan={plan} /> : <PredictionSummary body={answer.body} />}
      <Tabs defaultValue="body" classNames={{ list: `${snippetClasses.list} ${classes.tabs}`, tab: snippetClasses.tab }}>
        <Tabs.List>
          <Tabs.Tab value="body">{t("playground.body")}</Tabs.Tab>
          <Tabs.Tab value="code">{t("playground.code")}</Tabs.Tab>
          <Tabs.Tab value="headers">{t("playground.headers")}</Tabs.Tab>
          <Tabs.Tab value="request">{t("playground.request")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="body" pt={12}>
          <CodeBlock code={typeof answer.body === "string" ? answer.body : pretty(answer.body)} language="json" label={t("playground.body")} maxHeight={420} />
        </Tabs.Panel>
        <Tabs.Panel value="code" pt={4}>
          <p className={classes.hint}>{t("playground.codeHint")}</p>
          <Snippets snippets={answer.snippets} maxHeight={360} />
        </Tabs.Panel>
        <Tabs.Panel value="headers" pt={12}>
          <Headers headers={answer.headers} />
        </Tabs.Panel>
        <Tabs.Panel value="request" pt={12}>
          <p className={classes.line}>
            <code className="mono">{`${answer.request.method} ${answer.request.url}`}</code>
          </p>
          <CodeBlock code={pretty(answer.request.body)} language="json" label={t("playground.request")} maxHeight={360} />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

function Outcome({ call: { answer } }: { call: MadeCall }) {
  const { t, tn, format } = useI18n();
  return (
    <div className={classes.outcome} role="status">
      <span className={classes.status}>
        <StatusCode code={answer.status} /> {answer.reason}
      </span>
      <span className="tnum">{format.duration(answer.time_ms / 1000)}</span>
      <span>{answer.environment === "test" ? t("playground.wasTest") : tn("playground.cost", answer.cost.credits)}</span>
      <span className={classes.id}>
        <Link href={`/logs?open=${encodeURIComponent(answer.request_id)}`} className="mono" aria-label={t("playground.inLog", { id: answer.request_id })}>
          {answer.request_id}
        </Link>
        <CopyButton value={answer.request_id} what={t("common.requestId")} size="xs" />
      </span>
    </div>
  );
}

function Headers({ headers }: { headers: Record<string, string> }) {
  const entries = Object.entries(headers).sort(([one], [other]) => one.localeCompare(other));
  return (
    <dl className={`mono ${classes.headers}`}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
