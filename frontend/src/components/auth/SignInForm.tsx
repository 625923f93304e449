"use client";

import { Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useLogin } from "@/hooks/useSession";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError, fieldMessage } from "@/lib/errors";
import { isEmail } from "@/lib/validate";
import { FormError } from "@/components/ui/FormError";
import classes from "./LoginView.module.css";

export function SignInForm({ onDone }: { onDone: () => void }) {
  const { t } = useI18n();
  const login = useLogin();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const emailError = tried && !isEmail(email) ? t("auth.needEmail") : fieldMessage(login.error, "email");
  const passwordError = tried && password === "" ? t("auth.needPassword") : fieldMessage(login.error, "password");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isEmail(email) && password !== "") login.mutate({ email: email.trim(), password }, { onSuccess: onDone });
  };
  const wrong = login.error instanceof ApiError && login.error.status === 401;
  return (
    <form onSubmit={submit} noValidate className={classes.fields}>
      <FormError error={login.error} text={wrong ? t("auth.wrong") : undefined} hidden={Boolean(emailError ?? passwordError)} />
      <TextInput
        label={t("auth.email")}
        type="email"
        size="md"
        autoComplete="username"
        placeholder={t("auth.emailPlaceholder")}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        error={emailError}
      />
      <PasswordInput
        label={t("auth.password")}
        size="md"
        autoComplete="current-password"
        visibilityToggleButtonProps={{ "aria-label": t("auth.showPassword") }}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={passwordError}
      />
      <Button type="submit" size="md" mt={4} loading={login.isPending || login.isSuccess}>
        {t("auth.signIn")}
      </Button>
      <p className={classes.hint}>
        <strong>{t("auth.firstRun")}</strong> {t("auth.firstRunText")} <code className="mono">make run</code>.
      </p>
    </form>
  );
}
