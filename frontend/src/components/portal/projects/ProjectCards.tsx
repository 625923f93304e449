"use client";

import Link from "next/link";
import { useI18n } from "@/i18n/I18nProvider";
import type { Project } from "@/lib/portal/projectTypes";
import classes from "./Projects.module.css";

export function ProjectCards({ projects }: { projects: readonly Project[] }) {
  return (
    <ul className={classes.cards}>
      {projects.map((project) => (
        <li key={project.id} className={classes.card}>
          <Card project={project} />
        </li>
      ))}
    </ul>
  );
}

function Card({ project }: { project: Project }) {
  const { t, tn, format } = useI18n();
  return (
    <>
      <div className={classes.cardHead}>
        <h2>
          <Link href={`/projects/${project.id}`}>{project.name}</Link>
        </h2>
        <span className={classes.role}>{t(`projects.role_${project.role}`)}</span>
      </div>
      <p className={classes.description}>{project.description || t("projects.noDescription")}</p>
      <p className={classes.counts}>
        <span>{tn("projects.members", project.member_count)}</span>
        <span>{tn("projects.apps", project.app_count)}</span>
        <span>{t("projects.since", { when: format.date(project.created_at) })}</span>
      </p>
    </>
  );
}
