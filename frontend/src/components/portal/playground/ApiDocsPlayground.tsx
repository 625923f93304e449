"use client";

import { Button, Skeleton } from "@mantine/core";
import { IconTerminal2 } from "@tabler/icons-react";
import Link from "next/link";
import { Suspense } from "react";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { usePlaygroundEndpoints } from "@/hooks/usePlayground";
import { useI18n } from "@/i18n/I18nProvider";
import { GuideLink } from "../shared/GuideLink";
import classes from "./Playground.module.css";
import { Workbench } from "./Workbench";

/** Documentation of every endpoint of the account, and a place to call it without a key. */
export function ApiDocsPlayground() {
  const { t } = useI18n();
  return (
    <>
      <PageHeader title={t("playground.title")} subtitle={t("playground.subtitle")} actions={<GuideLink guide="api" />} />
      <Suspense fallback={<Waiting />}>
        <Endpoints />
      </Suspense>
    </>
  );
}

function Endpoints() {
  const query = usePlaygroundEndpoints();
  return (
    <QueryView query={query} skeleton={<Waiting />} isEmpty={(endpoints) => endpoints.length === 0} empty={<NoEndpoint />}>
      {(endpoints) => <Workbench endpoints={endpoints} />}
    </QueryView>
  );
}

function NoEndpoint() {
  const { t } = useI18n();
  return (
    <EmptyState
      icon={IconTerminal2}
      title={t("playground.emptyTitle")}
      text={t("playground.emptyText")}
      action={
        <Button component={Link} href="/models">
          {t("playground.emptyAction")}
        </Button>
      }
    />
  );
}

function Waiting() {
  return (
    <div className={classes.bench}>
      <Skeleton height={220} radius={10} />
      <div>
        <Skeleton height={26} width="min(300px, 60%)" mb={12} />
        <Skeleton height={16} width="min(420px, 80%)" mb={28} />
        <Skeleton height={420} radius={10} />
      </div>
    </div>
  );
}
