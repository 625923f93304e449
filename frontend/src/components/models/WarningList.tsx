"use client";

import { IconInfoTriangle } from "@tabler/icons-react";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./WarningList.module.css";

/** What the inspection noticed, in the server's words. */
export function WarningList({ warnings }: { warnings: string[] }) {
  const { t } = useI18n();
  if (warnings.length === 0) return null;
  return (
    <section className={classes.box} aria-label={t("models.warnings")}>
      <IconInfoTriangle size={18} stroke={1.7} aria-hidden />
      <div>
        <h3 className={classes.title}>{t("models.warnings")}</h3>
        <ul className={classes.list}>
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}
