"use client";

import { ActionIcon, Anchor, Button, Menu } from "@mantine/core";
import { IconDots, IconMoodEmpty, IconPencil, IconTrash } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { StatsSkeleton } from "@/components/monitoring/Skeletons";
import { BackLink } from "@/components/ui/BackLink";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { useApp } from "@/hooks/useApps";
import { useRouteSegment } from "@/hooks/useRouteSegment";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError } from "@/lib/errors";
import { may } from "@/lib/portal/projectRoles";
import type { App } from "@/lib/portal/types";
import { AppDialog } from "./AppDialog";
import { AppKeys } from "./AppKeys";
import { AppUsage } from "./AppUsage";
import { DeleteAppDialog } from "./DeleteAppDialog";

/** One app: its usage and its keys. */
export function AppView() {
  const query = useApp(useRouteSegment());
  return (
    <QueryView query={query} skeleton={<StatsSkeleton figures={4} charts={2} />} renderError={(error) => (error instanceof ApiError && error.status === 404 ? <Missing /> : null)}>
      {(app) => (
        <>
          <Heading app={app} />
          <AppUsage app={app} />
          <AppKeys app={app} />
        </>
      )}
    </QueryView>
  );
}

function Heading({ app }: { app: App }) {
  const { t } = useI18n();
  const router = useRouter();
  const menu = useRef<HTMLButtonElement>(null);
  const [dialog, setDialog] = useState<"edit" | "delete" | null>(null);
  const open = (which: "edit" | "delete") => () => {
    // The dialog gives focus back to where it was; the menu's item is gone by then, its button is not.
    menu.current?.focus();
    setDialog(which);
  };
  const close = () => setDialog(null);
  return (
    <>
      <PageHeader
        eyebrow={<BackLink href="/apps">{t("apps.back")}</BackLink>}
        title={app.name}
        subtitle={
          <>
            {app.description || t("apps.noDescription")}
            {app.project_id ? (
              <>
                {" · "}
                <Anchor component={Link} href={`/projects/${app.project_id}`} inherit underline="always">{t("apps.inProject", { name: app.project_name ?? app.project_id })}</Anchor>
              </>
            ) : null}
          </>
        }
        actions={
          may(app.role, "apps") ? (
            <Menu position="bottom-end" width={200} shadow="lg">
              <Menu.Target>
                <ActionIcon ref={menu} variant="default" size={36} aria-label={t("apps.actionsFor", { name: app.name })}>
                  <IconDots size={17} stroke={1.8} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconPencil size={15} stroke={1.7} />} onClick={open("edit")}>
                  {t("apps.edit")}
                </Menu.Item>
                <Menu.Divider />
                <Menu.Item color="red" leftSection={<IconTrash size={15} stroke={1.7} />} onClick={open("delete")}>
                  {t("apps.delete")}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          ) : null
        }
      />
      <AppDialog opened={dialog === "edit"} app={app} onClose={close} />
      <DeleteAppDialog app={app} opened={dialog === "delete"} onClose={close} onDeleted={() => router.replace("/apps")} />
    </>
  );
}

function Missing() {
  const { t } = useI18n();
  return (
    <EmptyState
      level={1}
      icon={IconMoodEmpty}
      title={t("apps.missingTitle")}
      text={t("apps.missingText")}
      action={
        <Button component={Link} href="/apps" variant="default">
          {t("apps.back")}
        </Button>
      }
    />
  );
}
