"use client";

import { IconCheck } from "@tabler/icons-react";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./Upload.module.css";

const STEPS = ["upload.stepSend", "upload.stepInspect", "upload.stepReady"] as const;

/** `current` counts from 0; 3 means that all are done. */
export function UploadSteps({ current }: { current: number }) {
  const { t } = useI18n();
  return (
    <ol className={classes.steps}>
      {STEPS.map((step, index) => (
        <li key={step} className={classes.step} data-done={index < current || undefined} aria-current={index === current ? "step" : undefined}>
          <span className={classes.bullet}>{index < current ? <IconCheck size={12} stroke={2.6} aria-hidden /> : index + 1}</span>
          {t(step)}
        </li>
      ))}
    </ol>
  );
}
