"use client";

import { type I18n, useI18n } from "@/i18n/I18nProvider";
import { type Compiled, differenceText } from "@/lib/serving";
import type { Task } from "@/lib/types";
import classes from "./Serving.module.css";

interface ProofFactsProps {
  compiled: Compiled;
  task: Task;
}

/** What was compared and what came of it, in whole sentences. */
export function ProofFacts({ compiled, task }: ProofFactsProps) {
  const i18n = useI18n();
  const { t, tn, format } = i18n;
  const { proof, tolerance, rows_max: rowsMax } = compiled;
  if (!proof) return null;
  return (
    <dl className={classes.facts}>
      <div>
        <dt>{t("serving.proof")}</dt>
        <dd>
          {proofText(proof, task, i18n)} {proof.unclear > 0 ? tn("serving.unclear", proof.unclear) : null}
          {tolerance === null || proof.largest_difference === 0 ? null : <span className={classes.small}> {t("serving.proofTolerance", { tolerance: differenceText(tolerance, format.locale) })}</span>}
        </dd>
      </div>
      {rowsMax ? (
        <div>
          <dt>{t("serving.rowsMax")}</dt>
          <dd>{t("serving.rowsMaxSome", { rows: format.integer(rowsMax) })}</dd>
        </div>
      ) : null}
    </dl>
  );
}

function proofText(proof: NonNullable<Compiled["proof"]>, task: Task, { t, tn, format }: I18n): string {
  const rows = tn("serving.proofRows", proof.rows);
  if (proof.labels_different > 0) return t("serving.proofDiffers", { rows, count: format.integer(proof.labels_different) });
  if (proof.largest_difference === 0) return t("serving.proofIdentical", { rows });
  const difference = differenceText(proof.largest_difference, format.locale);
  return t(task === "classification" ? "serving.proofLabels" : "serving.proofNumbers", { rows, difference });
}
