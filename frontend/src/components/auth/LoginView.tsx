"use client";

import { Tabs } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Logo } from "@/components/brand/Logo";
import { LanguageSwitch, ThemeSwitch } from "@/components/shell/Preferences";
import { PageTitle } from "@/components/ui/PageTitle";
import { useI18n } from "@/i18n/I18nProvider";
import { safeNext } from "@/lib/navigation";
import { CreateAccountForm } from "./CreateAccountForm";
import classes from "./LoginView.module.css";
import { Pitch } from "./Pitch";
import { SignInForm } from "./SignInForm";

type Tab = "in" | "new";

export function LoginView() {
  const { t } = useI18n();
  const router = useRouter();
  const [tab, setTab] = useState<Tab>("in");
  const enter = () => router.replace(safeNext(new URLSearchParams(window.location.search).get("next")));
  return (
    <div className={classes.page}>
      <PageTitle text={tab === "in" ? t("auth.signIn") : t("auth.createAccount")} />
      <div className={classes.side}>
        <div className={classes.top}>
          <Logo />
          <LanguageSwitch />
        </div>
        <div className={classes.form}>
          <h1 className={classes.title}>{tab === "in" ? t("auth.signInTitle") : t("auth.createTitle")}</h1>
          <p className={classes.text}>{tab === "in" ? t("auth.signInText") : t("auth.createText")}</p>
          <Tabs value={tab} onChange={(value) => setTab(value === "new" ? "new" : "in")} keepMounted={false} variant="unstyled" classNames={{ list: classes.tabs, tab: classes.tab }}>
            <Tabs.List grow>
              <Tabs.Tab value="in">{t("auth.signIn")}</Tabs.Tab>
              <Tabs.Tab value="new">{t("auth.createAccount")}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="in">
              <SignInForm onDone={enter} />
            </Tabs.Panel>
            <Tabs.Panel value="new">
              <CreateAccountForm onDone={enter} onSignIn={() => setTab("in")} />
            </Tabs.Panel>
          </Tabs>
        </div>
        <div className={classes.foot}>
          <ThemeSwitch />
        </div>
      </div>
      <Pitch />
    </div>
  );
}
