"use client";

/** Export in one click; options and a second export wait in the menu. An exported model leads to its API instead. */
import { ActionIcon, Button, Group, Menu } from "@mantine/core";
import { IconAdjustmentsHorizontal, IconChevronDown, IconFileText, IconPlus, IconRocket } from "@tabler/icons-react";
import Link from "next/link";
import { useRef } from "react";
import type { ExportActions } from "@/hooks/useExportFlow";
import { useI18n } from "@/i18n/I18nProvider";
import type { MLModel } from "@/lib/types";
import classes from "./ExportControl.module.css";

interface ExportControlProps {
  model: MLModel;
  actions: ExportActions;
  /** On the model's own page its contract needs no link. */
  withContract?: boolean;
}

export function ExportControl({ model, actions, withContract = false }: ExportControlProps) {
  const { t } = useI18n();
  const trigger = useRef<HTMLButtonElement>(null);
  const newest = model.exports[0];
  /** The dialog gives focus back to where it was; the menu's item is gone by then, its button is not. */
  const fromMenu = (open: (model: MLModel) => void) => () => {
    trigger.current?.focus();
    open(model);
  };
  const icon = { size: 15, stroke: 1.7 };
  return (
    <Group gap={0} wrap="nowrap" className={classes.control}>
      {newest ? (
        <Button size="xs" variant="default" component={Link} href={`/monitoring/${newest.api_id}`} className={classes.main}>
          {t("models.viewApi")}
        </Button>
      ) : (
        <Button size="xs" variant="default" className={classes.main} leftSection={<IconRocket {...icon} className={classes.rocket} />} aria-label={t("models.exportOf", { name: model.name })} onClick={() => actions.start(model)}>
          {t("models.export")}
        </Button>
      )}
      <Menu position="bottom-end" shadow="lg">
        <Menu.Target>
          <ActionIcon ref={trigger} variant="default" size={30} className={classes.more} aria-label={t("models.moreActions", { name: model.name })}>
            <IconChevronDown size={15} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconAdjustmentsHorizontal {...icon} />} onClick={fromMenu(actions.ask)}>
            {t("models.exportWithOptions")}
          </Menu.Item>
          {newest ? (
            <Menu.Item leftSection={<IconPlus {...icon} />} onClick={fromMenu(actions.start)}>
              {t("models.exportAgain")}
            </Menu.Item>
          ) : null}
          {withContract ? (
            <Menu.Item leftSection={<IconFileText {...icon} />} component={Link} href={`/models/${model.id}`}>
              {t("models.openContract")}
            </Menu.Item>
          ) : null}
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
