"use client";

/** Deletion asks; with APIs on the model it also asks for the name, since callers lose their address. */
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { FormError } from "@/components/ui/FormError";
import { useDeleteModel } from "@/hooks/useModels";
import { useI18n } from "@/i18n/I18nProvider";
import type { MLModel } from "@/lib/types";

interface DeleteModelModalProps {
  model: MLModel;
  opened: boolean;
  onClose: () => void;
}

export function DeleteModelModal({ model, opened, onClose }: DeleteModelModalProps) {
  const { t, tn } = useI18n();
  const router = useRouter();
  const remove = useDeleteModel();
  const [typed, setTyped] = useState("");
  const exported = model.exports.length > 0;
  const allowed = !exported || typed.trim() === model.name;
  const close = () => {
    setTyped("");
    remove.reset();
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!allowed) return;
    remove.mutate(
      { modelId: model.id, force: exported },
      {
        onSuccess: () => {
          notifications.show({ message: t("models.deleted", { name: model.name }) });
          router.replace("/models");
        },
      },
    );
  };
  return (
    <Modal opened={opened} onClose={close} title={t("models.deleteTitle", { name: model.name })} closeButtonProps={{ "aria-label": t("common.close") }}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <FormError error={remove.error} />
          <span>{t("models.deleteText")}</span>
          {exported ? (
            <>
              <strong style={{ fontWeight: 550 }}>{tn("models.deleteExports", model.exports.length)}</strong>
              <TextInput data-autofocus label={t("models.deleteType", { name: model.name })} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} autoComplete="off" />
            </>
          ) : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" color="red" disabled={!allowed} loading={remove.isPending || remove.isSuccess}>
              {t("common.delete")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
