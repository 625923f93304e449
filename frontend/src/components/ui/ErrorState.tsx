"use client";

import { Button, Group } from "@mantine/core";
import { IconPlugConnectedX, IconRefresh } from "@tabler/icons-react";
import type { I18n } from "@/i18n/I18nProvider";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError } from "@/lib/errors";
import { CopyButton } from "./CopyButton";
import classes from "./States.module.css";

interface ErrorStateProps {
  error: Error;
  onRetry?: () => void;
  busy?: boolean;
  title?: string;
}

/** What went wrong in words, the request id support asks for, and a way to try again. */
export function ErrorState({ error, onRetry, busy = false, title }: ErrorStateProps) {
  const { t } = useI18n();
  return (
    <div className={classes.state} role="alert" data-state="error">
      <span className={classes.iconBad}>
        <IconPlugConnectedX size={20} stroke={1.6} aria-hidden />
      </span>
      <h2 className={classes.title}>{title ?? t("common.errorTitle")}</h2>
      <p className={classes.text}>{errorText(error, t)}</p>
      <RequestId error={error} />
      {onRetry ? (
        <Group justify="center" mt="md">
          <Button variant="default" leftSection={<IconRefresh size={15} />} onClick={onRetry} loading={busy}>
            {t("common.retry")}
          </Button>
        </Group>
      ) : null}
    </div>
  );
}

export function RequestId({ error }: { error: Error }) {
  const { t } = useI18n();
  if (!(error instanceof ApiError) || !error.requestId) return null;
  return (
    <p className={classes.request}>
      {t("common.requestId")} <code className="mono">{error.requestId}</code>
      <CopyButton value={error.requestId} what={t("common.requestId")} size="xs" />
    </p>
  );
}

/** The server's own words for a refusal; ours where it had none to give. */
export function errorText(error: Error, t: I18n["t"]): string {
  if (!(error instanceof ApiError)) return t("common.errorServer");
  if (error.status === 0) return t("common.errorNetwork");
  if (error.status === 403) return t("common.errorForbidden");
  if (error.status === 429) return t("common.errorRateLimited");
  if (error.status >= 500) return t("common.errorServer");
  return error.message;
}
