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
];
const SETTINGS: Entry = { href: "/settings", label: "shell.settings", icon: IconSettings2 };

export function Sidebar({ onNavigate }: { onNavigate: () => void }) {
  const { t } = useI18n();
  return (
    <div className={classes.sidebar}>
      <Group justify="space-between" className={classes.head}>
        <Link href="/monitoring" className={classes.home} onClick={onNavigate} aria-label="Modelport">
          <Logo />
        </Link>
        <CloseButton hiddenFrom="md" onClick={onNavigate} aria-label={t("shell.closeMenu")} />
      </Group>
      <nav aria-label={t("shell.navigation")} className={classes.nav}>
        {ENTRIES.map((entry) => (
          <NavLink key={entry.href} entry={entry} onNavigate={onNavigate} />
        ))}
        {/* Served by the API itself, not by this application: a plain link. */}
        <a href="/docs" target="_blank" rel="noreferrer" className={classes.link}>
          <IconBook2 size={17} stroke={1.7} aria-hidden />
          <span className={classes.grow}>{t("shell.docs")}</span>
          <IconArrowUpRight size={14} stroke={1.7} className={classes.out} aria-label={t("shell.opensNewTab")} />
        </a>
        <NavLink entry={SETTINGS} onNavigate={onNavigate} />
      </nav>
      <AccountMenu />
    </div>
  );
}

function NavLink({ entry, onNavigate }: { entry: Entry; onNavigate: () => void }) {
  const { t } = useI18n();
  const pathname = usePathname();
  const { href, label, icon: Icon } = entry;
  const here = pathname === href || pathname.startsWith(`${href}/`);
  return (
    <Link href={href} onClick={onNavigate} className={classes.link} aria-current={here ? "page" : undefined}>
      <Icon size={17} stroke={1.7} aria-hidden />
      {t(label)}
    </Link>
  );
}
