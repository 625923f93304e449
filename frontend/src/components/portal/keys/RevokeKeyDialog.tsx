"use client";

import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { DangerButton } from "@/components/monitoring/DangerButton";
import { FormError } from "@/components/ui/FormError";
import { useRevokeKey } from "@/hooks/useKeys";
import { useI18n } from "@/i18n/I18nProvider";
import type { PortalKey } from "@/lib/portal/types";
import { refusalText } from "../shared/refusal";

/** Ends a key for good. A live one is ended only by those who type its name. */
export function RevokeKeyDialog({ subject, onClose }: { subject: PortalKey | null; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <Modal opened={subject !== null} onClose={onClose} title={subject ? t("keys.revokeTitle", { name: subject.name }) : ""} size={500} closeButtonProps={{ "aria-label": t("common.close") }}>
      {subject ? <Confirm subject={subject} onClose={onClose} /> : null}
    </Modal>
  );
}

function Confirm({ subject, onClose }: { subject: PortalKey; onClose: () => void }) {
  const { t } = useI18n();
  const revoke = useRevokeKey();
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const isLive = subject.environment === "live";
  const confirmed = !isLive || typed.trim() === subject.name.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!confirmed) return;
    revoke.mutate(
      { keyId: subject.key_id, reason: reason.trim() },
      {
        onSuccess: () => {
          notifications.show({ message: t("keys.revoked", { name: subject.name }) });
          onClose();
        },
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <FormError error={revoke.error} text={refusalText(revoke.error)} />
        <Text size="sm">{t("keys.revokeText", { masked: subject.key_masked })}</Text>
        <TextInput
          data-autofocus
          label={t("keys.reason")}
          description={t("keys.reasonHint")}
          placeholder={t("keys.reasonPlaceholder")}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {isLive ? (
          <TextInput label={t("keys.typeName", { name: subject.name })} value={typed} autoComplete="off" spellCheck={false} onChange={(event) => setTyped(event.currentTarget.value)} />
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <DangerButton type="submit" disabled={!confirmed} loading={revoke.isPending}>
            {t("keys.revoke")}
          </DangerButton>
        </Group>
      </Stack>
    </form>
  );
}
