"use client";

import { Avatar, Menu, Skeleton, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconLogout, IconSelector, IconSettings2 } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useLogout, useMe } from "@/hooks/useSession";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./AccountMenu.module.css";
import { LanguageSwitch, ThemeSwitch } from "./Preferences";

export function AccountMenu() {
  const { t } = useI18n();
  const me = useMe();
  const router = useRouter();
  const logout = useLogout();
  const leave = () => logout.mutate(undefined, { onSettled: () => router.replace("/login") });
  return (
    <Menu position="top-start" width={232} shadow="lg" offset={6}>
      <Menu.Target>
        <UnstyledButton className={classes.account}>
          <VisuallyHidden>{t("shell.account")}</VisuallyHidden>
          <Avatar name={me.data?.name ?? "·"} src={me.data?.avatar_url} color="marine" radius="md" size={30} />
          <span className={classes.who}>
            {me.data ? (
              <>
                <span className={classes.name}>{me.data.name}</span>
                <span className={classes.mail}>{me.data.email}</span>
              </>
            ) : (
              <Skeleton height={10} width="70%" visible={me.isPending} />
            )}
          </span>
          <IconSelector size={15} stroke={1.7} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.preferences}>
          <ThemeSwitch fullWidth />
          <LanguageSwitch fullWidth />
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} href="/settings" leftSection={<IconSettings2 size={16} stroke={1.7} />}>
          {t("shell.settings")}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.7} />} onClick={leave}>
          {t("shell.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
