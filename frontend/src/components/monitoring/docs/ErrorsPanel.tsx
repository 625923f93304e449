"use client";

import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import { ErrorTable } from "./ErrorTable";

/** Statuses other than success, with the code that programs read. Both stay the same across versions. */
const REFUSALS = [
  [400, "INVALID_INPUT"],
  [401, "UNAUTHENTICATED"],
  [403, "INVALID_API_KEY"],
  [404, "NOT_FOUND"],
  [413, "PAYLOAD_TOO_LARGE"],
  [415, "UNSUPPORTED_MEDIA_TYPE"],
  [429, "RATE_LIMITED"],
  [500, "MODEL_FAILED"],
  [503, "UNAVAILABLE"],
] as const;

export function ErrorsPanel({ limit }: { limit: number }) {
  const { t, format } = useI18n();
  const errors = REFUSALS.map(([status, code]) => ({
    status,
    code,
    meaning: status === 429 ? t("docs.error_429", { limit: format.integer(limit) }) : t(`docs.error_${status}`),
  }));
  return (
    <Panel title={t("docs.errors")} hint={t("docs.errorsHint")} flush>
      <ErrorTable errors={errors} />
    </Panel>
  );
}
