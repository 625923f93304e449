"use client";

import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { DangerButton } from "@/components/monitoring/DangerButton";
import { FormError } from "@/components/ui/FormError";
import { useDeleteApp } from "@/hooks/useApps";
import { useI18n } from "@/i18n/I18nProvider";
import type { App } from "@/lib/portal/types";
import { refusalText } from "../shared/refusal";

interface DeleteAppDialogProps {
  app: App;
  opened: boolean;
  onClose: () => void;
  onDeleted: () => void;
}

/** Its keys are revoked with it: an app that has some is deleted only by those who type its name. */
export function DeleteAppDialog({ app, opened, onClose, onDeleted }: DeleteAppDialogProps) {
  const { t, tn } = useI18n();
  const remove = useDeleteApp();
  const [typed, setTyped] = useState("");
  const confirmed = app.key_count === 0 || typed.trim() === app.name.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!confirmed) return;
    remove.mutate(app.id, {
      onSuccess: () => {
        notifications.show({ message: t("apps.deleted", { name: app.name }) });
        onDeleted();
      },
    });
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t("apps.deleteTitle", { name: app.name })} size={480} closeButtonProps={{ "aria-label": t("common.close") }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <FormError error={remove.error} text={refusalText(remove.error)} />
          <Text size="sm">{app.key_count === 0 ? t("apps.deleteText") : tn("apps.deleteKeys", app.key_count)}</Text>
          {app.key_count === 0 ? null : (
            <TextInput data-autofocus label={t("keys.typeName", { name: app.name })} value={typed} autoComplete="off" spellCheck={false} onChange={(event) => setTyped(event.currentTarget.value)} />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <DangerButton type="submit" disabled={!confirmed} loading={remove.isPending}>
              {t("apps.delete")}
            </DangerButton>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
