"use client";

import { Button, Skeleton, Stack } from "@mantine/core";
import { IconKey, IconPlus, IconSearchOff } from "@tabler/icons-react";
import { Suspense } from "react";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useKeys } from "@/hooks/useKeys";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import type { PortalKey } from "@/lib/portal/types";
import { KeyDialogs, useKeyDialogs } from "./KeyDialogs";
import { KeyFilters } from "./KeyFilters";
import { KeyList } from "./KeyList";
import { filterKeys, readFilters } from "./keyFilters";

/** Every API key of the account in the chosen environment, and all that can be done with one. */
export function ApiKeysManager() {
  const { t } = useI18n();
  return (
    <Suspense fallback={<PageHeader title={t("keys.title")} subtitle={t("keys.subtitle")} />}>
      <Manager />
    </Suspense>
  );
}

function Manager() {
  const { t } = useI18n();
  const { environment, isTest } = useEnvironment();
  const { params, setParams } = useUrlParams();
  const query = useKeys({ environment });
  const dialogs = useKeyDialogs(params.get("new") !== null ? { kind: "create" } : null);
  const createButton = (
    <Button leftSection={<IconPlus size={16} stroke={1.8} />} onClick={() => dialogs.open({ kind: "create" })}>
      {t("keys.create")}
    </Button>
  );
  const emptyTitle = isTest ? t("keys.emptyTestTitle") : t("keys.emptyLiveTitle");
  const filters = readFilters(params);
  const show = (keys: PortalKey[]) => {
    const found = filterKeys(keys, filters);
    return (
      <Stack gap="sm">
        <KeyFilters keys={keys} filters={filters} count={found.length} onFilters={setParams} />
        {found.length === 0 ? (
          <EmptyState icon={IconSearchOff} title={t("keys.noMatchTitle")} text={t(filters.show === "history" ? "keys.noHistory" : "keys.noMatchText")} />
        ) : (
          <KeyList keys={found} history={filters.show === "history"} onOpen={dialogs.open} />
        )}
      </Stack>
    );
  };
  return (
    <>
      <PageHeader title={t("keys.title")} subtitle={t("keys.subtitle")} actions={createButton} />
      <QueryView
        query={query}
        skeleton={<KeysSkeleton />}
        isEmpty={(keys) => keys.length === 0}
        empty={<EmptyState icon={IconKey} title={emptyTitle} text={t("keys.emptyText")} action={createButton} />}
      >
        {show}
      </QueryView>
      <KeyDialogs dialogs={dialogs} />
    </>
  );
}

function KeysSkeleton() {
  return (
    <Stack gap="sm">
      <Skeleton height={36} maw={420} />
      <Skeleton height={42} />
      {[0, 1, 2, 3].map((row) => (
        <Skeleton key={row} height={58} />
      ))}
    </Stack>
  );
}
