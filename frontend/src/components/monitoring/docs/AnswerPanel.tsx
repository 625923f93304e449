"use client";

import { CodeBlock } from "@/components/ui/CodeBlock";
import { Panel } from "@/components/ui/Panel";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { APIDetails, Contract } from "@/lib/types";
import classes from "./Docs.module.css";
import { Values } from "./Values";

/** What comes back, in words, by its classes, and as JSON Schema. */
export function AnswerPanel({ api }: { api: APIDetails }) {
  const i18n = useI18n();
  const { t } = i18n;
  const { classes: labels } = api.contract;
  return (
    <Panel title={t("docs.answer")} hint={t("docs.answerHint")}>
      <p className={classes.words}>{answerText(api.contract, i18n)}</p>
      {labels && labels.length > 0 ? (
        <p className={classes.words}>
          <Values label={t("docs.classes")} values={labels} />
        </p>
      ) : null}
      <CodeBlock code={JSON.stringify(api.output_schema, null, 2)} language="json" label={t("docs.answerSchema")} maxHeight={300} />
    </Panel>
  );
}

function answerText({ task, outputs }: Contract, { t, format }: I18n): string {
  const count = format.integer(outputs);
  if (task === "transformation") return t("models.out_transformation", { count });
  if (task === "regression" && outputs > 1) return t("models.out_regressionMany", { count });
  return t(`models.out_${task}`);
}
