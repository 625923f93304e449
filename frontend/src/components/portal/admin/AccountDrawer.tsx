"use client";

import { Drawer, Stack } from "@mantine/core";
import { useI18n } from "@/i18n/I18nProvider";
import type { AccountRow } from "@/lib/portal/types";
import { AccountForm } from "./AccountForm";
import { AccountKeys } from "./AccountKeys";
import { CreditsForm } from "./CreditsForm";
import classes from "./Admin.module.css";

/** One account: its plan and state, its credits, its keys. */
export function AccountDrawer({ account, onClose }: { account: AccountRow | null; onClose: () => void }) {
  const { t, format } = useI18n();
  return (
    <Drawer opened={account !== null} onClose={onClose} position="right" size="lg" title={account?.email ?? ""} closeButtonProps={{ "aria-label": t("common.close") }}>
      {account ? (
        <Stack gap="xl">
          <dl className={classes.facts}>
            <div>
              <dt>{t("admin.name")}</dt>
              <dd>{account.name}</dd>
            </div>
            <div>
              <dt>{t("admin.credits")}</dt>
              <dd className="tnum">{format.integer(account.current_credits)}</dd>
            </div>
            <div>
              <dt>{t("admin.apis")}</dt>
              <dd className="tnum">{format.integer(account.api_count)}</dd>
            </div>
            <div>
              <dt>{t("admin.since")}</dt>
              <dd>{format.date(account.created_at)}</dd>
            </div>
          </dl>
          <AccountForm key={`${account.id} ${account.plan} ${account.status}`} account={account} />
          <CreditsForm key={account.id} account={account} />
          <AccountKeys account={account} />
        </Stack>
      ) : null}
    </Drawer>
  );
}
