"use client";

import { Button, FileInput, Stack, TextInput, Textarea } from "@mantine/core";
import { IconFileTypeCsv, IconUpload } from "@tabler/icons-react";
import type { FormEvent } from "react";
import type { UploadFlow } from "@/hooks/useUploadFlow";
import { useI18n } from "@/i18n/I18nProvider";
import { DropZone } from "./DropZone";

export function UploadForm({ flow }: { flow: UploadFlow }) {
  const { t } = useI18n();
  const { draft, change } = flow;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    flow.send();
  };
  const clear = { "aria-label": t("upload.removeFile", { name: draft.sample?.name ?? "" }) };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <DropZone file={draft.file} onFile={(file) => change({ file })} />
        <TextInput label={t("upload.name")} placeholder={t("upload.namePlaceholder")} maxLength={120} value={draft.name} onChange={(event) => change({ name: event.currentTarget.value })} />
        <Textarea
          label={<Optional text={t("upload.description")} />}
          placeholder={t("upload.descriptionPlaceholder")}
          autosize
          minRows={2}
          maxRows={5}
          value={draft.description}
          onChange={(event) => change({ description: event.currentTarget.value })}
        />
        <FileInput
          label={<Optional text={t("upload.sample")} />}
          description={t("upload.sampleHint")}
          placeholder={t("upload.sampleChoose")}
          accept=".csv,.json,text/csv,application/json"
          leftSection={<IconFileTypeCsv size={17} stroke={1.6} />}
          clearable
          clearButtonProps={clear}
          value={draft.sample}
          onChange={(sample) => change({ sample })}
        />
        <Button type="submit" size="md" disabled={!draft.file} leftSection={<IconUpload size={16} stroke={1.8} />}>
          {t("upload.submit")}
        </Button>
      </Stack>
    </form>
  );
}

function Optional({ text }: { text: string }) {
  const { t } = useI18n();
  return (
    <>
      {text} <span style={{ color: "var(--mp-ink-3)", fontWeight: 400 }}>({t("common.optional")})</span>
    </>
  );
}
