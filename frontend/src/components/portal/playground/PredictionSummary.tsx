"use client";

import { useI18n } from "@/i18n/I18nProvider";
import { isObject } from "@/lib/portal/schemaForm";
import type { JsonValue } from "@/lib/types";
import classes from "./Answer.module.css";
import { type Predicted, predictedOf } from "./predictions";

const CLASSES_SHOWN = 5;
const ROWS_SHOWN = 10;

/** The predictions by themselves, where the answer holds any: what most people came to see. */
export function PredictionSummary({ body }: { body: JsonValue }) {
  const { t, format } = useI18n();
  const predicted = isObject(body) ? predictedOf(body) : [];
  const only = predicted[0];
  if (!only) return null;
  if (predicted.length === 1) return <One predicted={only} />;
  return (
    <div className={classes.many}>
      <ol className={classes.rows} aria-label={t("playground.predictions")}>
        {predicted.slice(0, ROWS_SHOWN).map((row, at) => (
          <li key={at}>
            <span className={classes.rowNumber}>{format.integer(at + 1)}</span>
            <strong>{textOf(row.prediction)}</strong>
            {row.shares[0] ? <span className={classes.rowShare}>{format.percent(row.shares[0][1] * 100)}</span> : null}
          </li>
        ))}
      </ol>
      {predicted.length > ROWS_SHOWN ? <p className={classes.hint}>{t("docs.more", { count: format.integer(predicted.length - ROWS_SHOWN) })}</p> : null}
    </div>
  );
}

function One({ predicted: { prediction, shares } }: { predicted: Predicted }) {
  const { t, format } = useI18n();
  return (
    <div className={classes.one}>
      <p className={classes.prediction}>
        <span>{t("playground.prediction")}</span>
        <strong>{textOf(prediction)}</strong>
      </p>
      {shares.length > 0 ? (
        <ul className={classes.shares} aria-label={t("playground.probabilities")}>
          {shares.slice(0, CLASSES_SHOWN).map(([name, share]) => (
            <li key={name}>
              <span className={classes.shareName}>{name}</span>
              <span className={classes.track} aria-hidden>
                <span style={{ width: `${share * 100}%` }} />
              </span>
              <span className="tnum">{format.percent(share * 100)}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
