"use client";

import { Button } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { CodeBlock } from "@/components/ui/CodeBlock";
import { FormError } from "@/components/ui/FormError";
import { useI18n } from "@/i18n/I18nProvider";
import { callPrediction } from "@/lib/predict";
import type { JsonValue } from "@/lib/types";
import classes from "./ExportResult.module.css";

interface TestCallProps {
  path: string;
  apiKey: string;
  example: JsonValue;
}

/** Proves that address and key work, before anyone writes code against them. */
export function TestCall({ path, apiKey, example }: TestCallProps) {
  const { t, format } = useI18n();
  const call = useMutation({ mutationFn: () => callPrediction(path, apiKey, example), gcTime: 0 });
  return (
    <div aria-live="polite">
      <div className={classes.test}>
        <Button variant="default" size="xs" leftSection={<IconPlayerPlay size={14} stroke={1.8} />} loading={call.isPending} onClick={() => call.mutate()}>
          {call.data ? t("exporting.testAgain") : t("exporting.testCall")}
        </Button>
        <span className={classes.hint}>{t("exporting.testHint")}</span>
      </div>
      <FormError error={call.error} />
      {call.data ? (
        <>
          <div className={classes.line}>
            <span className={classes.code} data-bad={call.data.status >= 400 || undefined}>
              {call.data.status}
            </span>
            <span>{format.duration(call.data.seconds)}</span>
          </div>
          <CodeBlock language="json" label={t("exporting.testResult")} code={JSON.stringify(call.data.body, null, 2)} maxHeight={180} />
        </>
      ) : null}
    </div>
  );
}
