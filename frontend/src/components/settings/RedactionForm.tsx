"use client";

import { Button, Group, Stack, TagsInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { FormError } from "@/components/ui/FormError";
import { useSetPortalSettings } from "@/hooks/useAdmin";
import { useI18n } from "@/i18n/I18nProvider";
import type { PortalSettings } from "@/lib/portal/types";

/** Names of fields whose values the log of calls never keeps. */
export function RedactionForm({ settings }: { settings: PortalSettings }) {
  const { t } = useI18n();
  const save = useSetPortalSettings();
  const [fields, setFields] = useState(settings.redacted_fields);
  const changed = fields.join("\n") !== settings.redacted_fields.join("\n");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ redacted_fields: fields }, { onSuccess: () => notifications.show({ message: t("settings.redactionSaved") }) });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <FormError error={save.error} />
        <TagsInput
          label={t("settings.redacted")}
          description={t("settings.redactedHint")}
          placeholder={fields.length === 0 ? "iban, birth_date" : undefined}
          value={fields}
          onChange={(next) => setFields([...new Set(next.map((name) => name.trim()).filter(Boolean))])}
          splitChars={[",", " ", ";"]}
          maxTags={100}
          clearable
        />
        <Group>
          <Button type="submit" disabled={!changed} loading={save.isPending}>
            {t("common.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
