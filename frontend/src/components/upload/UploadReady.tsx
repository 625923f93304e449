"use client";

import { Button, Group } from "@mantine/core";
import Link from "next/link";
import { PipelineChips } from "@/components/models/PipelineChips";
import { WarningList } from "@/components/models/WarningList";
import { TaskBadge } from "@/components/ui/TaskBadge";
import { useI18n } from "@/i18n/I18nProvider";
import type { MLModel } from "@/lib/types";
import classes from "./Upload.module.css";
import { UploadSteps } from "./UploadSteps";

interface UploadReadyProps {
  model: MLModel;
  onExport: (model: MLModel) => void;
  onAnother: () => void;
}

export function UploadReady({ model, onExport, onAnother }: UploadReadyProps) {
  const { t, tn } = useI18n();
  return (
    <div className={classes.stage}>
      <UploadSteps current={3} />
      <div>
        <h3 className={classes.heading}>{t("upload.doneTitle", { name: model.name })}</h3>
        <p className={classes.text}>{tn("upload.doneText", model.contract.columns.length)}</p>
      </div>
      <div className={classes.summary}>
        <PipelineChips steps={model.pipeline} />
        <TaskBadge task={model.task} />
      </div>
      <WarningList warnings={model.warnings} />
      <Group gap="xs">
        <Button data-autofocus onClick={() => onExport(model)}>
          {t("upload.exportNow")}
        </Button>
        <Button variant="default" component={Link} href={`/models/${model.id}`}>
          {t("upload.seeContract")}
        </Button>
        <Button variant="subtle" color="gray" onClick={onAnother}>
          {t("upload.another")}
        </Button>
      </Group>
    </div>
  );
}
