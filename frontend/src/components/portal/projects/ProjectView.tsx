"use client";

import { Button, Skeleton } from "@mantine/core";
import { IconFolderOff } from "@tabler/icons-react";
import Link from "next/link";
import { TableSkeleton } from "@/components/monitoring/Skeletons";
import { BackLink } from "@/components/ui/BackLink";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { useProject } from "@/hooks/useProjects";
import { useRouteSegment } from "@/hooks/useRouteSegment";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError } from "@/lib/errors";
import { may } from "@/lib/portal/projectRoles";
import type { Project } from "@/lib/portal/projectTypes";
import { MembersPanel } from "./MembersPanel";
import { ProjectApps } from "./ProjectApps";
import { ProjectSettings } from "./ProjectSettings";
import classes from "./Projects.module.css";
import { RolesPanel } from "./RolesPanel";

export function ProjectView() {
  const id = useRouteSegment();
  return id === null ? <Waiting /> : <Known key={id} id={id} />;
}

function Known({ id }: { id: string }) {
  const query = useProject(id);
  const missing = (error: Error) => (error instanceof ApiError && error.status === 404 ? <Missing /> : null);
  return (
    <QueryView query={query} skeleton={<Waiting />} renderError={missing}>
      {(project) => <Page project={project} />}
    </QueryView>
  );
}

function Page({ project }: { project: Project }) {
  const { t, format } = useI18n();
  return (
    <>
      <PageHeader
        title={project.name}
        subtitle={project.description || undefined}
        eyebrow={<BackLink href="/projects">{t("projects.all")}</BackLink>}
      />
      <p className={classes.meta}>
        <span>{t("projects.yourRole", { role: t(`projects.role_${project.role}`) })}</span>
        <span>{t("projects.since", { when: format.date(project.created_at) })}</span>
      </p>
      <div className={classes.stack}>
        <MembersPanel project={project} />
        <ProjectApps project={project} />
        <RolesPanel />
        {may(project.role, "members") ? <ProjectSettings key={JSON.stringify([project.name, project.description])} project={project} /> : null}
      </div>
    </>
  );
}

function Missing() {
  const { t } = useI18n();
  return (
    <EmptyState
      level={1}
      icon={IconFolderOff}
      title={t("projects.missingTitle")}
      text={t("projects.missingText")}
      action={
        <Button component={Link} href="/projects" variant="default">
          {t("projects.all")}
        </Button>
      }
    />
  );
}

function Waiting() {
  return (
    <>
      <Skeleton height={14} width={110} mb={12} />
      <Skeleton height={26} width="min(320px, 70%)" mb={26} />
      <TableSkeleton rows={5} />
    </>
  );
}
