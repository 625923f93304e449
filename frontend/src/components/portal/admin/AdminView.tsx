"use client";

import { Button, Group, Skeleton, Stack } from "@mantine/core";
import { IconShieldLock, IconUserSearch } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { SearchField } from "@/components/monitoring/SearchField";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { useAccounts } from "@/hooks/useAdmin";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError } from "@/lib/errors";
import { AccountDrawer } from "./AccountDrawer";
import { AccountTable } from "./AccountTable";
import classes from "./Admin.module.css";

/** For administrators: every account of this server, its plan, its credits and its keys. */
export function AdminView() {
  const { t } = useI18n();
  return (
    <Suspense fallback={<PageHeader title={t("admin.title")} subtitle={t("admin.subtitle")} />}>
      <Accounts />
    </Suspense>
  );
}

function Accounts() {
  const { t } = useI18n();
  const { params, setParams } = useUrlParams();
  const search = params.get("email") ?? "";
  const query = useAccounts(search);
  const [openId, setOpenId] = useState<string | null>(null);
  const accounts = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHeader title={t("admin.title")} subtitle={t("admin.subtitle")} />
      <Stack gap="sm">
        <SearchField className={classes.search} label={t("admin.searchLabel")} placeholder={t("admin.searchPlaceholder")} value={search} onSearch={(email) => setParams({ email: email || null })} />
        <QueryView
          query={query}
          skeleton={<Skeleton height={320} radius={10} />}
          isEmpty={() => accounts.length === 0}
          empty={<EmptyState icon={IconUserSearch} title={t("admin.noneTitle")} text={t("admin.noneText")} />}
          renderError={(error) => (error instanceof ApiError && error.status === 403 ? <EmptyState icon={IconShieldLock} title={t("admin.closedTitle")} text={t("admin.closedText")} /> : null)}
        >
          {() => (
            <>
              <AccountTable accounts={accounts} onOpen={setOpenId} />
              {query.hasNextPage ? (
                <Group justify="center">
                  <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    {t("admin.more")}
                  </Button>
                </Group>
              ) : null}
            </>
          )}
        </QueryView>
      </Stack>
      <AccountDrawer account={accounts.find(({ id }) => id === openId) ?? null} onClose={() => setOpenId(null)} />
    </>
  );
}
