"use client";

import { Alert } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { RequestId, errorText } from "./ErrorState";
import { useI18n } from "@/i18n/I18nProvider";

interface FormErrorProps {
  error: Error | null;
  /** Better words than the server's, where the form knows them. */
  text?: string;
  /** The fields say it already. */
  hidden?: boolean;
}

export function FormError({ error, text, hidden = false }: FormErrorProps) {
  const { t } = useI18n();
  if (!error || hidden) return null;
  return (
    <Alert bg="var(--mp-bad-soft)" c="var(--mp-bad)" role="alert" styles={{ icon: { color: "var(--mp-bad)" } }} icon={<IconAlertCircle size={17} stroke={1.8} />}>
      {text ?? errorText(error, t)}
      {text ? null : <RequestId error={error} />}
    </Alert>
  );
}
