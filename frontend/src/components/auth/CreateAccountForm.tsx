"use client";

import { Anchor, Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useRegister } from "@/hooks/useSession";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError, fieldMessage } from "@/lib/errors";
import { PASSWORD_MIN, isEmail } from "@/lib/validate";
import { FormError } from "@/components/ui/FormError";
import classes from "./LoginView.module.css";

interface CreateAccountFormProps {
  onDone: () => void;
  onSignIn: () => void;
}

export function CreateAccountForm({ onDone, onSignIn }: CreateAccountFormProps) {
  const { t } = useI18n();
  const register = useRegister();
  const [values, setValues] = useState({ name: "", email: "", password: "" });
  const [tried, setTried] = useState(false);
  const own = {
    name: values.name.trim() === "" ? t("auth.needName") : null,
    email: isEmail(values.email) ? null : t("auth.needEmail"),
    password: values.password.length < PASSWORD_MIN ? t("auth.shortPassword") : null,
  };
  const errorOf = (field: keyof typeof own) => (tried ? own[field] : null) ?? fieldMessage(register.error, field);
  const field = (name: keyof typeof values) => ({
    value: values[name],
    onChange: (event: { currentTarget: { value: string } }) => setValues({ ...values, [name]: event.currentTarget.value }),
    error: errorOf(name),
    size: "md" as const,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (own.name ?? own.email ?? own.password) return;
    register.mutate({ ...values, name: values.name.trim(), email: values.email.trim() }, { onSuccess: onDone });
  };
  const taken = register.error instanceof ApiError && register.error.status === 409;
  const shownAtField = Boolean(errorOf("name") ?? errorOf("email") ?? errorOf("password"));
  return (
    <form onSubmit={submit} noValidate className={classes.fields}>
      <FormError error={register.error} text={taken ? t("auth.taken") : undefined} hidden={shownAtField} />
      <TextInput label={t("auth.name")} autoComplete="name" placeholder={t("auth.namePlaceholder")} {...field("name")} />
      <TextInput label={t("auth.email")} type="email" autoComplete="username" placeholder={t("auth.emailPlaceholder")} {...field("email")} />
      <PasswordInput
        label={t("auth.password")}
        description={t("auth.passwordHint")}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": t("auth.showPassword") }}
        {...field("password")}
      />
      <Button type="submit" size="md" mt={4} loading={register.isPending || register.isSuccess}>
        {t("auth.createAccount")}
      </Button>
      {taken ? (
        <Anchor component="button" type="button" size="sm" onClick={onSignIn}>
          {t("auth.signIn")}
        </Anchor>
      ) : null}
    </form>
  );
}
