"use client";

import { UnstyledButton } from "@mantine/core";
import { IconFlask2 } from "@tabler/icons-react";
import { usePathname } from "next/navigation";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./Environment.module.css";

/** The pages whose figures and keys are those of one environment. */
const NARROWED = /^\/($|(overview|keys|apps|usage|logs|playground)(\/|$))/;

/** Says on every such page, in colour, shape and words, that nothing here is live. */
export function TestBanner() {
  const { t } = useI18n();
  const { isTest, setEnvironment } = useEnvironment();
  const pathname = usePathname();
  if (!isTest || !NARROWED.test(pathname)) return null;
  return (
    <div className={classes.banner} role="status">
      <TestBadge />
      <span className={classes.text}>{t("shell.testText")}</span>
      <UnstyledButton className={classes.leave} onClick={() => setEnvironment("live")}>
        {t("shell.leaveTest")}
      </UnstyledButton>
    </div>
  );
}

export function TestBadge() {
  const { t } = useI18n();
  const { isTest } = useEnvironment();
  if (!isTest) return null;
  return (
    <span className={classes.badge}>
      <IconFlask2 size={14} stroke={1.9} aria-hidden />
      {t("shell.testMode")}
    </span>
  );
}
