"use client";

import { IconChevronRight } from "@tabler/icons-react";
import { Fragment } from "react";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./PipelineChips.module.css";

/** The steps in the order data passes them; the estimator, last, stands out. */
export function PipelineChips({ steps }: { steps: string[] }) {
  const { t } = useI18n();
  return (
    <span className={classes.steps} role="img" aria-label={`${t("models.pipelineLabel")}: ${steps.join(", ")}`}>
      {steps.map((step, index) => (
        <Fragment key={`${index}-${step}`}>
          {index > 0 ? <IconChevronRight size={12} stroke={1.8} className={classes.arrow} /> : null}
          <span className={classes.step} data-last={index === steps.length - 1 || undefined}>
            {step}
          </span>
        </Fragment>
      ))}
    </span>
  );
}
