"use client";

import Link from "next/link";
import { StatusDot } from "@/components/ui/StatusDot";
import { useI18n } from "@/i18n/I18nProvider";
import type { MLModel } from "@/lib/types";
import classes from "./ModelName.module.css";

/** Name, file and whether it is served. */
export function ModelName({ model }: { model: MLModel }) {
  const { t } = useI18n();
  const [newest, ...others] = model.exports;
  return (
    <div className={classes.name}>
      <Link href={`/models/${model.id}`} className={classes.link}>
        {model.name}
      </Link>
      {model.version > 1 ? <span className={classes.version}>v{model.version}</span> : null}
      <div className={classes.under}>
        {newest ? (
          <>
            <StatusDot status={newest.status} />
            {others.length > 0 ? <span className={classes.more}>{t("models.moreExports", { count: others.length })}</span> : null}
          </>
        ) : (
          <span className={classes.none}>{t("models.notExported")}</span>
        )}
        <span className={`mono ${classes.file}`} title={model.file_name}>
          {model.file_name}
        </span>
      </div>
    </div>
  );
}
