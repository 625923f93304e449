"use client";

import { Anchor, Box, Button, Skeleton, Tabs } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import Link from "next/link";
import { Suspense } from "react";
import { EmptyState } from "@/components/ui/EmptyState";
import { QueryView } from "@/components/ui/QueryView";
import { useAPIDetails } from "@/hooks/useExports";
import { useRouteId } from "@/hooks/useRouteId";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError } from "@/lib/errors";
import type { APIDetails } from "@/lib/types";
import { APIDocumentation } from "./APIDocumentation";
import { DetailHeader } from "./detail/DetailHeader";
import classes from "./detail/Detail.module.css";
import { OverviewTab } from "./detail/OverviewTab";
import { RequestsTab } from "./detail/RequestsTab";
import { SettingsTab } from "./detail/SettingsTab";
import { Notice } from "./Notice";
import { StatsSkeleton } from "./Skeletons";

const TABS = ["overview", "requests", "docs", "settings"] as const;

export function APIDetailView() {
  return (
    <Suspense fallback={<DetailSkeleton />}>
      <Detail />
    </Suspense>
  );
}

function Detail() {
  const apiId = useRouteId();
  return apiId === null ? <DetailSkeleton /> : <Known key={apiId} apiId={apiId} />;
}

function Known({ apiId }: { apiId: number }) {
  const query = useAPIDetails(apiId);
  const missing = (error: Error) => (error instanceof ApiError && error.status === 404 ? <Missing /> : null);
  return (
    <QueryView query={query} skeleton={<DetailSkeleton />} renderError={missing}>
      {(api) => <Page api={api} />}
    </QueryView>
  );
}

function Page({ api }: { api: APIDetails }) {
  const { t } = useI18n();
  const { params, setParams } = useUrlParams();
  const tab = TABS.find((name) => name === params.get("tab")) ?? "overview";
  const open = (name: string | null) =>
    setParams({ tab: name === "overview" ? null : name, request: null }, "push");
  return (
    <>
      <DetailHeader api={api} />
      <StatusNotice api={api} />
      <Tabs value={tab} onChange={open} keepMounted={false} classNames={{ list: classes.tabs, tab: classes.tab, panel: classes.panel }}>
        <Tabs.List aria-label={t("apis.sections")}>
          {TABS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`apis.tab_${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <OverviewTab api={api} onDocs={() => open("docs")} />
        </Tabs.Panel>
        <Tabs.Panel value="requests">
          <RequestsTab api={api} />
        </Tabs.Panel>
        <Tabs.Panel value="docs">
          <APIDocumentation api={api} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <SettingsTab api={api} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** What callers get while the API does not answer: the first thing its owner must know. */
function StatusNotice({ api }: { api: APIDetails }) {
  const { t } = useI18n();
  if (api.status === "active") return null;
  const failing = api.status === "error";
  return (
    <Box mb="lg">
      <Notice tone={failing ? "bad" : "quiet"} title={t(failing ? "apis.errorTitle" : "apis.pausedTitle")}>
        {t(failing ? "apis.errorText" : "apis.pausedText")}
        {failing ? (
          <>
            {" "}
            <Anchor component={Link} href={`/models/${api.model_id}`} size="sm">
              {t("apis.openModel")}
            </Anchor>
          </>
        ) : null}
      </Notice>
    </Box>
  );
}

function Missing() {
  const { t } = useI18n();
  return (
    <EmptyState
      icon={IconPlugConnectedX}
      title={t("apis.missingTitle")}
      text={t("apis.missingText")}
      action={
        <Button component={Link} href="/monitoring" variant="default">
          {t("apis.back")}
        </Button>
      }
    />
  );
}

function DetailSkeleton() {
  return (
    <>
      <Skeleton height={14} width={110} mb={12} />
      <Skeleton height={26} width="min(320px, 70%)" mb={10} />
      <Skeleton height={16} width="min(460px, 90%)" mb={30} />
      <Skeleton height={38} mb={20} />
      <StatsSkeleton charts={2} />
    </>
  );
}
