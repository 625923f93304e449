"use client";

import { Button, Menu, Switch } from "@mantine/core";
import { IconDownload, IconRefresh } from "@tabler/icons-react";
import { useI18n } from "@/i18n/I18nProvider";
import { exportAddress } from "@/lib/portal/usage";
import type { LogQuery } from "@/lib/portal/usageTypes";
import classes from "./Logs.module.css";

interface LogActionsProps {
  query: LogQuery;
  live: boolean;
  onLive: (live: boolean) => void;
  onRefresh: () => void;
  busy: boolean;
}

export function LogActions({ query, live, onLive, onRefresh, busy }: LogActionsProps) {
  const { t } = useI18n();
  return (
    <div className={classes.bar}>
      <Switch checked={live} onChange={(event) => onLive(event.currentTarget.checked)} label={t("logs.live")} />
      <Button variant="default" leftSection={<IconRefresh size={15} stroke={1.7} />} onClick={onRefresh} loading={busy} disabled={live}>
        {t("logs.refresh")}
      </Button>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconDownload size={15} stroke={1.7} />}>
            {t("logs.export")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t("logs.exportHint")}</Menu.Label>
          {(["csv", "json"] as const).map((format) => (
            <Menu.Item key={format} component="a" href={exportAddress(format, query)} download>
              {t(`logs.export_${format}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
