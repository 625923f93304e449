"use client";

import { Button, Skeleton } from "@mantine/core";
import Link from "next/link";
import { Panel } from "@/components/ui/Panel";
import { QueryView } from "@/components/ui/QueryView";
import { useApps } from "@/hooks/useApps";
import { useI18n } from "@/i18n/I18nProvider";
import type { Project } from "@/lib/portal/projectTypes";
import classes from "./Projects.module.css";

/** The apps whose keys the members share. */
export function ProjectApps({ project }: { project: Project }) {
  const { t, tn } = useI18n();
  const query = useApps();
  return (
    <Panel
      title={t("projects.appsTitle")}
      hint={t("projects.appsHint")}
      flush
      aside={
        <Button component={Link} href="/apps" variant="default" size="xs">
          {t("projects.toApps")}
        </Button>
      }
    >
      <QueryView
        query={query}
        skeleton={<Skeleton height={60} m="md" width="auto" />}
        isEmpty={(apps) => apps.every((app) => app.project_id !== project.id)}
        empty={<p className={classes.nothing}>{t("projects.noApps")}</p>}
      >
        {(apps) => (
          <ul className={classes.people}>
            {apps
              .filter((app) => app.project_id === project.id)
              .map((app) => (
                <li key={app.id} className={classes.person}>
                  <div className={classes.who}>
                    <Link href={`/apps/${app.id}`} className={classes.personName}>
                      {app.name}
                    </Link>
                    <span className={classes.mail}>{app.description}</span>
                  </div>
                  <span className={classes.since}>{tn("projects.keys", app.key_count)}</span>
                </li>
              ))}
          </ul>
        )}
      </QueryView>
    </Panel>
  );
}
