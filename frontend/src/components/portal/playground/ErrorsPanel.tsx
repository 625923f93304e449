"use client";

import { ErrorTable } from "@/components/monitoring/docs/ErrorTable";
import { Panel } from "@/components/ui/Panel";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { EndpointDocs } from "@/lib/portal/playgroundTypes";

/** Codes that these pages can explain in the reader's language; of others the server's own words are shown. */
const EXPLAINED = [
  "INVALID_INPUT",
  "UNAUTHENTICATED",
  "INSUFFICIENT_CREDITS",
  "INVALID_API_KEY",
  "INVALID_SIGNATURE",
  "NOT_FOUND",
  "PAYLOAD_TOO_LARGE",
  "RATE_LIMITED",
  "MODEL_FAILED",
  "UNAVAILABLE",
] as const;

export function ErrorsPanel({ errors }: { errors: EndpointDocs["errors"] }) {
  const { t } = useI18n();
  return (
    <Panel title={t("docs.errors")} hint={t("docs.errorsHint")} flush>
      <ErrorTable errors={errors.map((error) => ({ ...error, meaning: meaningOf(error.code, t) ?? error.meaning }))} />
    </Panel>
  );
}

function meaningOf(code: string, t: I18n["t"]): string | null {
  const known = EXPLAINED.find((one) => one === code);
  return known ? t(`playground.meaning_${known}`) : null;
}
