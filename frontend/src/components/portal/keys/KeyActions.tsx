"use client";

import { ActionIcon, Menu } from "@mantine/core";
import { IconAdjustments, IconBan, IconDots, IconFileText, IconRefresh } from "@tabler/icons-react";
import Link from "next/link";
import { useRef } from "react";
import { useI18n } from "@/i18n/I18nProvider";
import type { PortalKey } from "@/lib/portal/types";
import type { OpenKeyDialog } from "./KeyDialogs";
import { isUsable } from "./keyFilters";

export function KeyActions({ item, onOpen, withDetails = true }: { item: PortalKey; onOpen: OpenKeyDialog; withDetails?: boolean }) {
  const { t } = useI18n();
  const trigger = useRef<HTMLButtonElement>(null);
  /** The dialog gives focus back to where it was; the menu's item is gone by then, its button is not. */
  const open = (kind: "rotate" | "revoke" | "limits") => () => {
    trigger.current?.focus();
    onOpen({ kind, key: item });
  };
  const icon = { size: 15, stroke: 1.7 };
  return (
    <Menu position="bottom-end" width={210} shadow="lg">
      <Menu.Target>
        <ActionIcon ref={trigger} variant={withDetails ? "subtle" : "default"} size={withDetails ? 30 : 36} aria-label={t("keys.actionsFor", { name: item.name })}>
          <IconDots size={17} stroke={1.8} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {withDetails ? (
          <Menu.Item component={Link} href={`/keys/${item.key_id}`} leftSection={<IconFileText {...icon} />}>
            {t("keys.details")}
          </Menu.Item>
        ) : null}
        {isUsable(item) ? (
          <>
            <Menu.Item leftSection={<IconAdjustments {...icon} />} onClick={open("limits")}>
              {t("keys.editLimits")}
            </Menu.Item>
            <Menu.Item leftSection={<IconRefresh {...icon} />} onClick={open("rotate")}>
              {t("keys.rotate")}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item color="red" leftSection={<IconBan {...icon} />} onClick={open("revoke")}>
              {t("keys.revoke")}
            </Menu.Item>
          </>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}
