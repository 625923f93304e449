"use client";

import { CloseButton, Group } from "@mantine/core";
import { IconArrowUpRight, IconBook2 } from "@tabler/icons-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useId } from "react";
import { Logo } from "@/components/brand/Logo";
import { useMe } from "@/hooks/useSession";
import { useI18n } from "@/i18n/I18nProvider";
import { HOME } from "@/lib/navigation";
import { AccountMenu } from "./AccountMenu";
import { EnvironmentSwitch } from "./EnvironmentSwitch";
import { type Entry, type NavGroup, groupsFor, isHere } from "./entries";
import classes from "./Sidebar.module.css";

export function Sidebar({ onNavigate }: { onNavigate: () => void }) {
  const { t } = useI18n();
  const me = useMe();
  return (
    <div className={classes.sidebar}>
      <Group justify="space-between" className={classes.head}>
        <Link href={HOME} className={classes.home} onClick={onNavigate} aria-label="Modelport">
          <Logo />
        </Link>
        <CloseButton hiddenFrom="md" onClick={onNavigate} aria-label={t("shell.closeMenu")} />
      </Group>
      <div className={classes.environment}>
        <EnvironmentSwitch />
      </div>
      <nav aria-label={t("shell.navigation")} className={classes.nav}>
        {groupsFor(me.data?.role).map((group) => (
          <Section key={group.id} group={group} onNavigate={onNavigate} />
        ))}
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

function Section({ group, onNavigate }: { group: NavGroup; onNavigate: () => void }) {
  const { t } = useI18n();
  const id = useId();
  return (
    <>
      {group.title ? (
        <div id={id} className={classes.group}>
          {t(group.title)}
        </div>
      ) : null}
      <ul className={classes.list} aria-labelledby={group.title ? id : undefined}>
        {group.entries.map((entry) => (
          <li key={entry.href}>
            <NavLink entry={entry} onNavigate={onNavigate} />
          </li>
        ))}
      </ul>
    </>
  );
}

function NavLink({ entry, onNavigate }: { entry: Entry; onNavigate: () => void }) {
  const { t } = useI18n();
  const pathname = usePathname();
  const { href, label, icon: Icon } = entry;
  return (
    <Link href={href} onClick={onNavigate} className={classes.link} aria-current={isHere(entry, pathname) ? "page" : undefined}>
      <Icon size={17} stroke={1.7} aria-hidden />
      {t(label)}
    </Link>
  );
}
