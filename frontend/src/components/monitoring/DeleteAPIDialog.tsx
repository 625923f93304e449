"use client";

import { Box, Button, Group, Modal, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { errorText } from "@/components/ui/ErrorState";
import { useDeleteAPI } from "@/hooks/useExports";
import { useI18n } from "@/i18n/I18nProvider";
import { DangerButton } from "./DangerButton";
import { Notice } from "./Notice";

interface DeletableAPI {
  id: number;
  name: string;
  api_endpoint: string;
  total_requests: number;
}

interface DeleteAPIDialogProps {
  api: DeletableAPI | null;
  onClose: () => void;
  onDeleted?: () => void;
}

export function DeleteAPIDialog({ api, onClose, onDeleted }: DeleteAPIDialogProps) {
  const { t } = useI18n();
  return (
    <Modal
      opened={api !== null}
      onClose={onClose}
      title={api ? t("monitoring.deleteTitle", { name: api.name }) : ""}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {api ? <Confirm api={api} onClose={onClose} onDeleted={onDeleted} /> : null}
    </Modal>
  );
}

function Confirm({ api, onClose, onDeleted }: DeleteAPIDialogProps & { api: DeletableAPI }) {
  const { t, tn } = useI18n();
  const remove = useDeleteAPI();
  const confirm = () =>
    remove.mutate(api.id, {
      onSuccess: () => {
        notifications.show({ message: t("monitoring.deleted", { name: api.name }) });
        onClose();
        onDeleted?.();
      },
    });
  return (
    <>
      <Text size="sm">{t("monitoring.deleteText", { endpoint: api.api_endpoint })}</Text>
      <Text size="sm" mt="xs">
        {tn("monitoring.deleteHistory", api.total_requests)}
      </Text>
      {remove.error ? (
        <Box mt="md">
          <Notice tone="bad" urgent>
            {errorText(remove.error, t)}
          </Notice>
        </Box>
      ) : null}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t("common.cancel")}
        </Button>
        <DangerButton onClick={confirm} loading={remove.isPending}>
          {t("monitoring.deleteConfirm", { name: api.name })}
        </DangerButton>
      </Group>
    </>
  );
}
