"use client";

import { useI18n } from "@/i18n/I18nProvider";
import type { JsonValue } from "@/lib/types";
import classes from "./Docs.module.css";
import { Values } from "./Values";

interface TakenProps {
  /** The only values taken. */
  allowed: readonly JsonValue[] | null;
  /** Seen in training, never enforced. */
  seenValues: readonly JsonValue[] | null;
  seenRange: { minimum: number; maximum: number } | null;
  /** Where nothing of it is known. */
  otherwise: string;
}

/** Which values a field takes; what is enforced told apart from what was merely seen. */
export function Taken({ allowed, seenValues, seenRange, otherwise }: TakenProps) {
  const { t, format } = useI18n();
  if (allowed) return <Values label={t("docs.oneOf")} values={allowed} />;
  if (seenValues) return <Values label={t("docs.seen")} values={seenValues} />;
  if (!seenRange) return <span className={classes.quiet}>{otherwise}</span>;
  const { minimum, maximum } = seenRange;
  return (
    <span>
      <span className={classes.quiet}>{t("docs.seen")}</span>{" "}
      <span className="tnum">{t("docs.range", { min: format.decimal(minimum, 4), max: format.decimal(maximum, 4) })}</span>
    </span>
  );
}
