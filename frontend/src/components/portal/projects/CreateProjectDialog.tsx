"use client";

import { Modal } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useCreateProject } from "@/hooks/useProjects";
import { useI18n } from "@/i18n/I18nProvider";
import { ProjectForm } from "./ProjectForm";

export function CreateProjectDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <Modal opened={opened} onClose={onClose} title={t("projects.create")} closeButtonProps={{ "aria-label": t("common.close") }}>
      <CreateForm onClose={onClose} />
    </Modal>
  );
}

/** Whoever creates a project owns it, and goes on to its page to add the others. */
function CreateForm({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const router = useRouter();
  const create = useCreateProject();
  return (
    <ProjectForm
      first={{ name: "", description: "" }}
      submitText={t("projects.create")}
      error={create.error}
      pending={create.isPending || create.isSuccess}
      onCancel={onClose}
      onSubmit={(project) => create.mutate(project, { onSuccess: ({ id }) => router.push(`/projects/${id}`) })}
    />
  );
}
