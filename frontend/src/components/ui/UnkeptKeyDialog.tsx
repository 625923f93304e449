"use client";

import { Button, Group, Modal, Text } from "@mantine/core";
import { useI18n } from "@/i18n/I18nProvider";

interface UnkeptKeyDialogProps {
  onStay: () => void;
  onLeave: () => void;
}

/**
 * Asks whether to leave a key that nobody said is kept. Mounted only when asked: the dialog below hears the same Escape
 * key, and this one must not answer the press that opened it.
 */
export function UnkeptKeyDialog({ onStay, onLeave }: UnkeptKeyDialogProps) {
  const { t } = useI18n();
  return (
    <Modal opened onClose={onStay} title={t("keys.confirmTitle")} size={440} withCloseButton={false} zIndex={300}>
      <Text size="sm" c="var(--mp-ink-2)">
        {t("keys.confirmText")}
      </Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onLeave}>
          {t("keys.confirmClose")}
        </Button>
        <Button data-autofocus onClick={onStay}>
          {t("keys.confirmStay")}
        </Button>
      </Group>
    </Modal>
  );
}
