"use client";

import { Button, Pagination } from "@mantine/core";
import { IconFolders, IconPlus } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { TableSkeleton } from "@/components/monitoring/Skeletons";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { useProjects } from "@/hooks/useProjects";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import { PROJECTS_PER_PAGE } from "@/lib/portal/projects";
import { CreateProjectDialog } from "./CreateProjectDialog";
import { ProjectCards } from "./ProjectCards";
import classes from "./Projects.module.css";
import { RolesPanel } from "./RolesPanel";

/** Workspaces that several people share. */
export function ProjectsView() {
  const { t } = useI18n();
  const [creating, setCreating] = useState(false);
  const create = (
    <Button leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => setCreating(true)}>
      {t("projects.create")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("projects.title")} subtitle={t("projects.subtitle")} actions={create} />
      <Suspense fallback={<TableSkeleton rows={4} />}>
        <List onCreate={() => setCreating(true)} />
      </Suspense>
      <CreateProjectDialog opened={creating} onClose={() => setCreating(false)} />
    </>
  );
}

function List({ onCreate }: { onCreate: () => void }) {
  const { t } = useI18n();
  const { params, setParams } = useUrlParams();
  const page = Math.max(1, Math.trunc(Number(params.get("page"))) || 1);
  const query = useProjects(page);
  return (
    <QueryView
      query={query}
      skeleton={<TableSkeleton rows={4} />}
      isEmpty={({ total }) => total === 0}
      empty={<EmptyState icon={IconFolders} title={t("projects.emptyTitle")} text={t("projects.emptyText")} action={<Button onClick={onCreate}>{t("projects.create")}</Button>} />}
    >
      {({ items, total }) => (
        <>
          <ProjectCards projects={items} />
          {total > PROJECTS_PER_PAGE ? (
            <nav className={classes.pages} aria-label={t("projects.pages")}>
              <Pagination
                total={Math.ceil(total / PROJECTS_PER_PAGE)}
                value={page}
                onChange={(next) => setParams({ page: next === 1 ? null : String(next) })}
                getItemProps={(number) => ({ "aria-label": t("projects.page", { number }) })}
                getControlProps={(control) => ({ "aria-label": t(control === "next" ? "projects.nextPage" : "projects.previousPage") })}
              />
            </nav>
          ) : null}
          <RolesPanel />
        </>
      )}
    </QueryView>
  );
}
