"use client";

import { Button, Group, Stack, TextInput, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { FormError } from "@/components/ui/FormError";
import { useI18n } from "@/i18n/I18nProvider";
import { fieldMessage } from "@/lib/errors";
import { refusalText } from "../shared/refusal";

interface ProjectFormProps {
  first: { name: string; description: string };
  submitText: string;
  error: Error | null;
  pending: boolean;
  onCancel?: () => void;
  onSubmit: (project: { name: string; description: string }) => void;
}

export function ProjectForm({ first, submitText, error, pending, onCancel, onSubmit }: ProjectFormProps) {
  const { t } = useI18n();
  const [name, setName] = useState(first.name);
  const [description, setDescription] = useState(first.description);
  const [tried, setTried] = useState(false);
  const nameless = tried && name.trim() === "" ? t("projects.needName") : null;
  const nameError = nameless ?? fieldMessage(error, "name");
  const changed = name.trim() !== first.name || description.trim() !== first.description;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== "") onSubmit({ name: name.trim(), description: description.trim() });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FormError error={error} text={refusalText(error)} hidden={nameError !== null} />
        <TextInput label={t("projects.name")} placeholder={t("projects.namePlaceholder")} value={name} maxLength={200} error={nameError} onChange={(event) => setName(event.currentTarget.value)} data-autofocus={onCancel ? true : undefined} />
        <Textarea
          label={
            <>
              {t("projects.description")} <span style={{ color: "var(--mp-ink-3)", fontWeight: 400 }}>{t("common.optional")}</span>
            </>
          }
          autosize
          minRows={2}
          maxRows={6}
          value={description}
          error={fieldMessage(error, "description")}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          {onCancel ? (
            <Button variant="default" onClick={onCancel}>
              {t("common.cancel")}
            </Button>
          ) : null}
          <Button type="submit" loading={pending} disabled={!onCancel && !changed}>
            {submitText}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
