"use client";

import { Button, Group, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { FormError } from "@/components/ui/FormError";
import { useUpdateMe } from "@/hooks/useSession";
import { useI18n } from "@/i18n/I18nProvider";
import { fieldMessage } from "@/lib/errors";
import type { Me } from "@/lib/types";
import classes from "./Settings.module.css";

export function ProfileForm({ me }: { me: Me }) {
  const { t, format } = useI18n();
  const update = useUpdateMe();
  const [name, setName] = useState(me.name);
  const trimmed = name.trim();
  const error = trimmed === "" ? t("settings.needName") : fieldMessage(update.error, "name");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (trimmed === "" || trimmed === me.name) return;
    update.mutate({ name: trimmed }, { onSuccess: () => notifications.show({ message: t("settings.saved") }) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FormError error={update.error} hidden={Boolean(error)} />
        <div className={classes.grid}>
          <TextInput label={t("settings.name")} value={name} autoComplete="name" error={error} onChange={(event) => setName(event.currentTarget.value)} />
          <TextInput label={t("settings.email")} value={me.email} readOnly description={t("settings.emailHint")} inputWrapperOrder={["label", "input", "description", "error"]} />
        </div>
        <dl className={classes.facts}>
          <div>
            <dt>{t("settings.role")}</dt>
            <dd className={classes.word}>{me.role}</dd>
          </div>
          <div>
            <dt>{t("settings.plan")}</dt>
            <dd className={classes.word}>{me.plan}</dd>
          </div>
          <div>
            <dt>{t("settings.since")}</dt>
            <dd>{format.date(me.created_at)}</dd>
          </div>
        </dl>
        <Group>
          <Button type="submit" disabled={trimmed === me.name || trimmed === ""} loading={update.isPending}>
            {t("common.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
