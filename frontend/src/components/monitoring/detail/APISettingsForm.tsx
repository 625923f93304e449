"use client";

import { Button, Group, TagsInput, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type SyntheticEvent, useState } from "react";
import { errorText } from "@/components/ui/ErrorState";
import { useUpdateAPI } from "@/hooks/useExports";
import { useI18n } from "@/i18n/I18nProvider";
import { fieldMessage } from "@/lib/errors";
import type { APIDetails } from "@/lib/types";
import { Notice } from "../Notice";
import { readOrigins } from "./origins";
import classes from "./Settings.module.css";

export function APISettingsForm({ api }: { api: APIDetails }) {
  const { t } = useI18n();
  const [name, setName] = useState(api.name);
  const [typed, setTyped] = useState<string[]>(api.allowed_origins);
  const update = useUpdateAPI();
  const { origins, refused } = readOrigins(typed);
  const changed = name.trim() !== api.name || origins.join() !== api.allowed_origins.join() || refused.length > 0;
  const nameError = name.trim() === "" ? t("apis.nameNeeded") : fieldMessage(update.error, "name");
  const originError = refused.length > 0 ? t("apis.originsBad", { origin: refused.join(", ") }) : fieldMessage(update.error, "allowed_origins");
  const explained = fieldMessage(update.error, "name") !== null || fieldMessage(update.error, "allowed_origins") !== null;

  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    update.mutate(
      { apiId: api.id, changes: { name: name.trim(), allowed_origins: origins } },
      { onSuccess: () => notifications.show({ message: t("apis.saved") }) },
    );
  };
  return (
    <form onSubmit={save} className={classes.form} noValidate>
      <TextInput
        label={t("apis.name")}
        description={t("apis.nameHint")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={nameError}
        maxLength={120}
        required
        withAsterisk={false}
      />
      <TagsInput
        label={t("apis.origins")}
        description={t("apis.originsHint")}
        placeholder={typed.length === 0 ? "https://app.example.com" : undefined}
        value={typed}
        onChange={setTyped}
        error={originError}
        splitChars={[",", " ", "\n"]}
        acceptValueOnBlur
        clearable
        clearButtonProps={{ "aria-label": t("apis.originsClear") }}
      />
      <p className={classes.hint}>{t(origins.length === 0 ? "apis.originsAny" : "apis.originsOnly")}</p>
      {update.error && !explained ? (
        <Notice tone="bad" urgent>
          {errorText(update.error, t)}
        </Notice>
      ) : null}
      <Group>
        <Button type="submit" disabled={!changed || nameError !== null || refused.length > 0} loading={update.isPending}>
          {t("common.save")}
        </Button>
      </Group>
    </form>
  );
}
