"use client";

import { Button } from "@mantine/core";
import { IconChevronRight, IconRocket } from "@tabler/icons-react";
import Link from "next/link";
import { Panel } from "@/components/ui/Panel";
import { StatusDot } from "@/components/ui/StatusDot";
import type { ExportFlow } from "@/hooks/useExportFlow";
import { useI18n } from "@/i18n/I18nProvider";
import type { MLModel } from "@/lib/types";
import classes from "./ModelAPIs.module.css";

export function ModelAPIs({ model, flow }: { model: MLModel; flow: ExportFlow }) {
  const { t } = useI18n();
  if (model.exports.length === 0) {
    return (
      <Panel title={t("models.exports")}>
        <p className={classes.empty}>{t("models.exportsEmpty")}</p>
        <Button fullWidth leftSection={<IconRocket size={16} stroke={1.7} />} onClick={() => flow.start(model)}>
          {t("upload.exportNow")}
        </Button>
      </Panel>
    );
  }
  return (
    <Panel title={t("models.exports")} flush>
      <ul className={classes.list}>
        {model.exports.map((exported) => (
          <li key={exported.api_id}>
            <Link href={`/monitoring/${exported.api_id}`} className={classes.item}>
              <span className={classes.words}>
                <span className={classes.name}>{exported.name}</span>
                <span className={`mono ${classes.path}`}>/api/predict/{exported.api_id}</span>
              </span>
              <StatusDot status={exported.status} />
              <IconChevronRight size={16} stroke={1.7} aria-hidden className={classes.arrow} />
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
