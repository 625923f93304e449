"use client";

/** Sidebar, header of small screens, and the page beside them. */
import { AppShell, Burger, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import Link from "next/link";
import type { ReactNode } from "react";
import { Logo } from "@/components/brand/Logo";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useI18n } from "@/i18n/I18nProvider";
import { HOME } from "@/lib/navigation";
import environmentClasses from "./Environment.module.css";
import classes from "./Frame.module.css";
import { Sidebar } from "./Sidebar";
import { TestBadge, TestBanner } from "./TestMode";

export function Frame({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const { isTest } = useEnvironment();
  const [opened, { toggle, close }] = useDisclosure(false);
  return (
    <AppShell
      layout="alt"
      header={{ height: { base: 54, md: 0 } }}
      navbar={{ width: 236, breakpoint: "md", collapsed: { mobile: !opened } }}
      transitionDuration={160}
    >
      <a href="#content" className={classes.skip}>
        {t("shell.skip")}
      </a>
      {isTest ? <div className={environmentClasses.line} aria-hidden /> : null}
      <AppShell.Header className={classes.header} hiddenFrom="md">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Link href={HOME} className={classes.home} aria-label="Modelport">
            <Logo />
          </Link>
          <Group gap="sm" wrap="nowrap">
            <TestBadge />
            <Burger opened={opened} onClick={toggle} size="sm" aria-label={t("shell.openMenu")} aria-expanded={opened} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar}>
        <Sidebar onNavigate={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <TestBanner />
        <div className={classes.page}>{children}</div>
      </AppShell.Main>
    </AppShell>
  );
}
