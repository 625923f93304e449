"use client";

import { CloseButton, Group } from "@mantine/core";
import { IconActivityHeartbeat, IconArrowUpRight, IconBook2, IconBox, IconSettings2, type IconProps } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ComponentType } from "react";
import { Logo } from "@/components/brand/Logo";
import { useI18n } from "@/i18n/I18nProvider";
import { AccountMenu } from "./AccountMenu";
import classes from "./Sidebar.module.css";

interface Entry {
  href: string;
  label: "shell.monitoring" | "shell.models" | "shell.settings";
  icon: ComponentType<IconProps>;
}

const ENTRIES: readonly Entry[] = [
  { href: "/monitoring", label: "shell.monitoring", icon: IconActivityHeartbeat },
  { href: "/models", label: "shell.models", icon: IconBox },
  { href: "/settings", label: "shell.settings", icon: IconSettings2 },
];

export function Sidebar({ onNavigate }: { onNavigate: () => void }) {
  const { t } = useI18n();
  const pathname = usePathname();
  return (
    <div className={classes.sidebar}>
      <Group justify="space-between" className={classes.head}>
        <Link href="/monitoring" className={classes.home} onClick={onNavigate} aria-label="Modelport">
          <Logo />
        </Link>
        <CloseButton hiddenFrom="md" onClick={onNavigate} aria-label={t("shell.closeMenu")} />
      </Group>
      <nav aria-label={t("shell.navigation")} className={classes.nav}>
        {ENTRIES.map(({ href, label, icon: Icon }) => {
          const here = pathname === href || pathname.startsWith(`${href}/`);
          return (
            <Link key={href} href={href} onClick={onNavigate} className={classes.link} aria-current={here ? "page" : undefined}>
              <Icon size={17} stroke={1.7} aria-hidden />
              {t(label)}
            </Link>
          );
        })}
        {/* Served by the API itself, not by this application: a plain link. */}
        <a href="/docs" target="_blank" rel="noreferrer" className={classes.link}>
          <IconBook2 size={17} stroke={1.7} aria-hidden />
          <span className={classes.grow}>{t("shell.docs")}</span>
          <IconArrowUpRight size={14} stroke={1.7} className={classes.out} aria-label={t("shell.opensNewTab")} />
        </a>
      </nav>
      <AccountMenu />
    </div>
  );
}
