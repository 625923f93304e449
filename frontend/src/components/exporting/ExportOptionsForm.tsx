"use client";

import { Button, Group, NumberInput, Stack, TextInput, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { FormError } from "@/components/ui/FormError";
import type { ExportableModel } from "@/hooks/useExportFlow";
import { useI18n } from "@/i18n/I18nProvider";
import { fieldMessage } from "@/lib/errors";
import type { ExportOptions } from "@/lib/types";
import { isOrigin, splitLines } from "@/lib/validate";

interface ExportOptionsFormProps {
  model: ExportableModel;
  error: Error | null;
  onSubmit: (options: ExportOptions) => void;
  onCancel: () => void;
}

/** Calls a minute that an export's key may make where nothing else is said. */
const DEFAULT_LIMIT = 100;

/** Everything is optional: what stays as it is is not sent, and the server's default holds. */
export function ExportOptionsForm({ model, error, onSubmit, onCancel }: ExportOptionsFormProps) {
  const { t } = useI18n();
  const [name, setName] = useState(model.name);
  const [limit, setLimit] = useState<number | string>(DEFAULT_LIMIT);
  const [originText, setOriginText] = useState("");
  const origins = splitLines(originText);
  const badOrigin = origins.find((origin) => !isOrigin(origin));
  const originError = badOrigin ? t("exporting.originsBad", { origin: badOrigin }) : fieldMessage(error, "allowed_origins");
  const nameError = fieldMessage(error, "name");
  const limitError = fieldMessage(error, "rate_limit_per_minute");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (badOrigin) return;
    onSubmit({
      ...(name.trim() && name.trim() !== model.name ? { name: name.trim() } : {}),
      ...(origins.length > 0 ? { allowed_origins: origins } : {}),
      ...(typeof limit === "number" && limit !== DEFAULT_LIMIT ? { rate_limit_per_minute: limit } : {}),
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FormError error={error} hidden={Boolean(nameError ?? limitError ?? fieldMessage(error, "allowed_origins"))} />
        <TextInput data-autofocus label={t("exporting.name")} description={t("exporting.nameHint")} value={name} error={nameError} onChange={(event) => setName(event.currentTarget.value)} />
        <NumberInput label={t("exporting.limit")} description={t("exporting.limitHint")} value={limit} error={limitError} min={1} allowDecimal={false} styles={{ wrapper: { maxWidth: 220 } }} onChange={setLimit} />
        <Textarea
          label={t("exporting.origins")}
          description={t("exporting.originsHint")}
          placeholder="https://app.example.com"
          autosize
          minRows={2}
          value={originText}
          error={originError}
          onChange={(event) => setOriginText(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t("common.cancel")}
          </Button>
          <Button type="submit">{t("exporting.submit")}</Button>
        </Group>
      </Stack>
    </form>
  );
}
