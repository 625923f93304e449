"use client";

import { IconFolder, IconKey } from "@tabler/icons-react";
import Link from "next/link";
import { useI18n } from "@/i18n/I18nProvider";
import type { App } from "@/lib/portal/types";
import classes from "./Apps.module.css";

export function AppCard({ app }: { app: App }) {
  const { t, tn, format } = useI18n();
  return (
    <li className={classes.card}>
      <h2 className={classes.name}>
        <Link href={`/apps/${app.id}`} className={classes.cardLink}>
          {app.name}
        </Link>
      </h2>
      <p className={classes.description}>{app.description || t("apps.noDescription")}</p>
      <div className={classes.meta}>
        <span>
          <IconKey size={14} stroke={1.7} aria-hidden />
          {tn("apps.keys", app.key_count)}
        </span>
        {app.project_name ? (
          <span>
            <IconFolder size={14} stroke={1.7} aria-hidden />
            {app.project_name}
          </span>
        ) : null}
        <time dateTime={app.created_at} title={format.dateTime(app.created_at)}>
          {format.relative(app.created_at)}
        </time>
      </div>
    </li>
  );
}
