"use client";

import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { DangerButton } from "@/components/monitoring/DangerButton";
import settings from "@/components/monitoring/detail/Settings.module.css";
import { FormError } from "@/components/ui/FormError";
import { Panel } from "@/components/ui/Panel";
import { useDeleteProject, useUpdateProject } from "@/hooks/useProjects";
import { useI18n } from "@/i18n/I18nProvider";
import { may } from "@/lib/portal/projectRoles";
import type { Project } from "@/lib/portal/projectTypes";
import { refusalText } from "../shared/refusal";
import { ProjectForm } from "./ProjectForm";

export function ProjectSettings({ project }: { project: Project }) {
  const { t } = useI18n();
  const update = useUpdateProject(project.id);
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <Panel title={t("projects.settings")}>
        <ProjectForm
          first={project}
          submitText={t("common.save")}
          error={update.error}
          pending={update.isPending}
          onSubmit={(changes) => update.mutate(changes, { onSuccess: () => notifications.show({ message: t("projects.saved") }) })}
        />
      </Panel>
      {may(project.role, "delete") ? (
        <Panel title={t("projects.danger")}>
          <div className={settings.action}>
            <div>
              <h3>{t("projects.delete")}</h3>
              <p>{t("projects.deleteHint")}</p>
            </div>
            <Button variant="default" className={settings.delete} onClick={() => setDeleting(true)}>
              {t("projects.delete")}
            </Button>
          </div>
          <Modal opened={deleting} onClose={() => setDeleting(false)} title={t("projects.deleteTitle", { name: project.name })} closeButtonProps={{ "aria-label": t("common.close") }}>
            <ConfirmDelete project={project} onClose={() => setDeleting(false)} />
          </Modal>
        </Panel>
      ) : null}
    </>
  );
}

/** Asks for the name: nothing brings a project back. */
function ConfirmDelete({ project, onClose }: { project: Project; onClose: () => void }) {
  const { t } = useI18n();
  const router = useRouter();
  const remove = useDeleteProject(project.id);
  const [typed, setTyped] = useState("");
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: t("projects.deleted", { name: project.name }) });
        router.push("/projects");
      },
    });
  return (
    <Stack gap="md">
      <Text size="sm">{t("projects.deleteText")}</Text>
      <TextInput label={t("projects.typeName", { name: project.name })} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} autoComplete="off" data-autofocus />
      <FormError error={remove.error} text={refusalText(remove.error)} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <DangerButton onClick={confirm} loading={remove.isPending} disabled={typed.trim() !== project.name}>
          {t("projects.delete")}
        </DangerButton>
      </Group>
    </Stack>
  );
}
