"use client";

import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { DangerButton } from "@/components/monitoring/DangerButton";
import { FormError } from "@/components/ui/FormError";
import { useRemoveMember } from "@/hooks/useProjects";
import { useI18n } from "@/i18n/I18nProvider";
import type { Member, Project } from "@/lib/portal/projectTypes";
import { refusalText } from "../shared/refusal";

interface RemoveMemberDialogProps {
  project: Project;
  member: Member | null;
  onClose: () => void;
}

export function RemoveMemberDialog({ project, member, onClose }: RemoveMemberDialogProps) {
  const { t } = useI18n();
  return (
    <Modal opened={member !== null} onClose={onClose} title={member ? t("projects.removeTitle", { name: member.name }) : ""} closeButtonProps={{ "aria-label": t("common.close") }}>
      {member ? <Confirm project={project} member={member} onClose={onClose} /> : null}
    </Modal>
  );
}

function Confirm({ project, member, onClose }: RemoveMemberDialogProps & { member: Member }) {
  const { t } = useI18n();
  const remove = useRemoveMember(project.id);
  const confirm = () =>
    remove.mutate(member.account_id, {
      onSuccess: () => {
        notifications.show({ message: t("projects.removed", { name: member.name }) });
        onClose();
      },
    });
  return (
    <Stack gap="md">
      <Text size="sm">{t("projects.removeText", { name: member.name, project: project.name })}</Text>
      <FormError error={remove.error} text={refusalText(remove.error)} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t("common.cancel")}
        </Button>
        <DangerButton onClick={confirm} loading={remove.isPending}>
          {t("projects.remove")}
        </DangerButton>
      </Group>
    </Stack>
  );
}
