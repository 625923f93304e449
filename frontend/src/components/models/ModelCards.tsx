"use client";

import { TaskBadge } from "@/components/ui/TaskBadge";
import type { ExportActions } from "@/hooks/useExportFlow";
import { useI18n } from "@/i18n/I18nProvider";
import type { MLModel } from "@/lib/types";
import { ExportControl } from "./ExportControl";
import classes from "./ModelCards.module.css";
import { ModelName } from "./ModelName";
import { PipelineChips } from "./PipelineChips";

/** Narrow screens: the table's facts, one card a model. */
export function ModelCards({ models, flow }: { models: MLModel[]; flow: ExportActions }) {
  const { t, format } = useI18n();
  return (
    <ul className={classes.cards}>
      {models.map((model) => (
        <li key={model.id} className={classes.card}>
          <ModelName model={model} />
          <div className={classes.chips}>
            <PipelineChips steps={model.pipeline} />
            <TaskBadge task={model.task} />
          </div>
          <div className={classes.foot}>
            <span className="tnum">
              {format.bytes(model.file_bytes)} · {format.relative(model.created_at)}
              <br />
              {model.sklearn_version ? t("models.sklearnVersion", { version: model.sklearn_version }) : null}
            </span>
            <ExportControl model={model} actions={flow} withContract />
          </div>
        </li>
      ))}
    </ul>
  );
}
