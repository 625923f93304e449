"use client";

import { Button, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconUserPlus } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { FormError } from "@/components/ui/FormError";
import { useAddMember } from "@/hooks/useProjects";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError, fieldMessage } from "@/lib/errors";
import { rolesToGive } from "@/lib/portal/projectRoles";
import type { Project, Role } from "@/lib/portal/projectTypes";
import { isEmail } from "@/lib/validate";
import { refusalText } from "../shared/refusal";
import classes from "./Projects.module.css";

/** By e-mail address; whoever is added needs an account already. */
export function AddMemberForm({ project }: { project: Project }) {
  const { t } = useI18n();
  const add = useAddMember(project.id);
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("developer");
  const [tried, setTried] = useState(false);
  const unknown = add.error instanceof ApiError && add.error.status === 404 ? t("projects.nobody") : null;
  const there = add.error instanceof ApiError && add.error.status === 409 ? t("projects.already") : null;
  const mailError = (tried && !isEmail(email) ? t("projects.needEmail") : null) ?? unknown ?? there ?? fieldMessage(add.error, "email");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isEmail(email)) return;
    add.mutate(
      { email: email.trim(), role },
      {
        onSuccess: () => {
          notifications.show({ message: t("projects.added", { email: email.trim() }) });
          setEmail("");
          setTried(false);
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <div className={classes.addRow}>
        <TextInput
          className={classes.addMail}
          type="email"
          label={t("projects.email")}
          placeholder={t("projects.emailPlaceholder")}
          autoComplete="off"
          value={email}
          error={mailError}
          onChange={(event) => {
            setEmail(event.currentTarget.value);
            if (add.error) add.reset();
          }}
        />
        <Select
          className={classes.addRole}
          label={t("projects.role")}
          allowDeselect={false}
          data={rolesToGive(project.role).map((one) => ({ value: one, label: t(`projects.role_${one}`) }))}
          value={role}
          onChange={(next) => (next ? setRole(next) : undefined)}
        />
        <Button type="submit" className={classes.addButton} loading={add.isPending} leftSection={<IconUserPlus size={15} stroke={1.8} />}>
          {t("projects.add")}
        </Button>
      </div>
      <FormError error={add.error} text={refusalText(add.error)} hidden={mailError !== null} />
    </form>
  );
}
