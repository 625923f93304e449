"use client";

import { CodeBlock } from "@/components/ui/CodeBlock";
import { Panel } from "@/components/ui/Panel";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { Contract } from "@/lib/types";
import classes from "./Contract.module.css";
import { Values } from "./ContractPanel";

export function OutputPanel({ contract }: { contract: Contract }) {
  const i18n = useI18n();
  const { t } = i18n;
  return (
    <Panel title={t("models.outputs")} hint={t("models.outputsHint")}>
      <div className={classes.output}>
        <p className={classes.text}>{outputText(contract, i18n)}</p>
        {contract.classes && contract.classes.length > 0 ? (
          <div>
            <h3 className={classes.heading}>{t("models.classes")}</h3>
            <Values values={contract.classes} />
          </div>
        ) : null}
        <div>
          <h3 className={classes.heading}>{t("models.exampleRequest")}</h3>
          <CodeBlock language="json" label={t("models.exampleRequest")} code={JSON.stringify(contract.example, null, 2)} />
        </div>
      </div>
    </Panel>
  );
}

function outputText({ task, outputs }: Contract, { t, format }: I18n): string {
  const count = format.integer(outputs);
  if (task === "transformation") return t("models.out_transformation", { count });
  if (task === "regression" && outputs > 1) return t("models.out_regressionMany", { count });
  return t(`models.out_${task}`);
}
