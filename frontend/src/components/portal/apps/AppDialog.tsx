"use client";

import { Button, Group, Modal, Select, Stack, TextInput, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { FormError } from "@/components/ui/FormError";
import { useChangeApp, useCreateApp } from "@/hooks/useApps";
import { useAllProjects } from "@/hooks/useProjects";
import { useI18n } from "@/i18n/I18nProvider";
import { fieldMessage } from "@/lib/errors";
import { may } from "@/lib/portal/projectRoles";
import type { App, AppDraft } from "@/lib/portal/types";
import { refusalText } from "../shared/refusal";

interface AppDialogProps {
  opened: boolean;
  /** The app to change; none to create one. */
  app?: App;
  onClose: () => void;
  onDone?: (app: App) => void;
}

export function AppDialog({ opened, app, onClose, onDone }: AppDialogProps) {
  const { t } = useI18n();
  return (
    <Modal opened={opened} onClose={onClose} title={t(app ? "apps.editTitle" : "apps.createTitle")} size={500} closeButtonProps={{ "aria-label": t("common.close") }}>
      <AppForm app={app} onClose={onClose} onDone={onDone} />
    </Modal>
  );
}

function AppForm({ app, onClose, onDone }: Omit<AppDialogProps, "opened">) {
  const { t } = useI18n();
  const create = useCreateApp();
  const change = useChangeApp();
  const projects = useAllProjects();
  const [name, setName] = useState(app?.name ?? "");
  const [description, setDescription] = useState(app?.description ?? "");
  const [project, setProject] = useState<string | null>(app?.project_id ?? null);
  const [tried, setTried] = useState(false);
  const error = create.error ?? change.error;
  const done = (result: App) => {
    onClose();
    onDone?.(result);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === "") return;
    const draft: AppDraft = { name: name.trim(), description: description.trim(), project_id: project };
    if (app) change.mutate({ appId: app.id, changes: draft }, { onSuccess: done });
    else create.mutate(draft, { onSuccess: done });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FormError error={error} text={refusalText(error)} />
        <TextInput
          data-autofocus
          label={t("apps.name")}
          placeholder={t("apps.namePlaceholder")}
          value={name}
          maxLength={200}
          error={tried && name.trim() === "" ? t("apps.needName") : fieldMessage(error, "name")}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea label={t("apps.description")} value={description} autosize minRows={2} maxRows={6} maxLength={2000} onChange={(event) => setDescription(event.currentTarget.value)} />
        <Select
          label={t("apps.project")}
          description={t("apps.projectHint")}
          placeholder={t("apps.noProject")}
          data={(projects.data ?? []).filter(({ role }) => may(role, "apps")).map(({ id, name: label }) => ({ value: id, label }))}
          value={project}
          onChange={setProject}
          disabled={projects.isPending}
          nothingFoundMessage={t("apps.noProjects")}
          clearable
          searchable
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={create.isPending || change.isPending}>
            {t(app ? "common.save" : "apps.create")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
