"use client";

import { Button, Skeleton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconApps, IconPlus } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { Suspense } from "react";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { useApps } from "@/hooks/useApps";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import { AppCard } from "./AppCard";
import { AppDialog } from "./AppDialog";
import classes from "./Apps.module.css";

/** What the account builds: each app with its keys and its usage. */
export function AppsView() {
  const { t } = useI18n();
  return (
    <Suspense fallback={<PageHeader title={t("apps.title")} subtitle={t("apps.subtitle")} />}>
      <Apps />
    </Suspense>
  );
}

function Apps() {
  const { t } = useI18n();
  const { params } = useUrlParams();
  const router = useRouter();
  const query = useApps();
  const [creating, { open, close }] = useDisclosure(params.get("new") !== null);
  const createButton = (
    <Button leftSection={<IconPlus size={16} stroke={1.8} />} onClick={open}>
      {t("apps.create")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("apps.title")} subtitle={t("apps.subtitle")} actions={createButton} />
      <QueryView
        query={query}
        skeleton={
          <div className={classes.grid}>
            {[0, 1, 2].map((card) => (
              <Skeleton key={card} height={148} radius={10} />
            ))}
          </div>
        }
        isEmpty={(apps) => apps.length === 0}
        empty={<EmptyState icon={IconApps} title={t("apps.emptyTitle")} text={t("apps.emptyText")} action={createButton} />}
      >
        {(apps) => (
          <ul className={classes.grid} aria-label={t("apps.title")}>
            {apps.map((app) => (
              <AppCard key={app.id} app={app} />
            ))}
          </ul>
        )}
      </QueryView>
      <AppDialog opened={creating} onClose={close} onDone={(app) => router.push(`/apps/${app.id}`)} />
    </>
  );
}
