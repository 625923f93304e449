"use client";

import { useI18n } from "@/i18n/I18nProvider";
import type { Task } from "@/lib/types";
import classes from "./TaskBadge.module.css";

export function TaskBadge({ task }: { task: Task }) {
  const { t } = useI18n();
  return <span className={classes.badge}>{t(`common.task_${task}`)}</span>;
}
