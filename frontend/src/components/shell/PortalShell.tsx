"use client";

/** The frame around every signed-in page; sign-in itself stands alone. Sends visitors without a session to /login. */
import { AppShell, Burger, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { Logo } from "@/components/brand/Logo";
import { useI18n } from "@/i18n/I18nProvider";
import { onSessionLost } from "@/lib/http";
import { loginAddress } from "@/lib/navigation";
import classes from "./PortalShell.module.css";
import { Sidebar } from "./Sidebar";

/** Everything else stands alone: sign-in, the entrance, and addresses that lead nowhere, which need no session. */
const FRAMED = /^\/(monitoring|models|settings)(\/|$)/;

export function PortalShell({ children }: { children: ReactNode }) {
  const pathname = usePathname();
  useSignInWhenSessionIsLost();
  return FRAMED.test(pathname) ? <Frame>{children}</Frame> : <main id="content">{children}</main>;
}

function Frame({ children }: { children: ReactNode }) {
  const { t } = useI18n();
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
      <AppShell.Header className={classes.header} hiddenFrom="md">
        <Group h="100%" px="md" justify="space-between">
          <Link href="/monitoring" className={classes.home} aria-label="Modelport">
            <Logo />
          </Link>
          <Burger opened={opened} onClick={toggle} size="sm" aria-label={t("shell.openMenu")} aria-expanded={opened} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar}>
        <Sidebar onNavigate={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <div className={classes.page}>{children}</div>
      </AppShell.Main>
    </AppShell>
  );
}

function useSignInWhenSessionIsLost() {
  const router = useRouter();
  const client = useQueryClient();
  useEffect(
    () =>
      onSessionLost(() => {
        if (window.location.pathname === "/login") return;
        client.clear();
        router.replace(loginAddress(window.location.pathname + window.location.search));
      }),
    [router, client],
  );
}
