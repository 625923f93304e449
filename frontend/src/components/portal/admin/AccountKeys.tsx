"use client";

import { Button, Skeleton } from "@mantine/core";
import { QueryView } from "@/components/ui/QueryView";
import { useAccountKeys } from "@/hooks/useAdmin";
import { useI18n } from "@/i18n/I18nProvider";
import type { AccountRow, PortalKey } from "@/lib/portal/types";
import { LimitsCell } from "../keys/KeyCells";
import { isUsable } from "../keys/keyFilters";
import { KeyDialogs, type OpenKeyDialog, useKeyDialogs } from "../keys/KeyDialogs";
import { EnvironmentBadge, KeyStatusBadge } from "../shared/Badges";
import classes from "./Admin.module.css";

/** The account's keys; an administrator lifts one beyond what its plan allows. */
export function AccountKeys({ account }: { account: AccountRow }) {
  const { t } = useI18n();
  const query = useAccountKeys(account.id);
  const dialogs = useKeyDialogs();
  return (
    <section aria-labelledby="account-keys">
      <h3 id="account-keys" className={classes.heading}>
        {t("admin.keys")}
      </h3>
      <QueryView query={query} skeleton={<Skeleton height={110} mt="sm" />} isEmpty={(keys) => keys.length === 0} empty={<p className={classes.quiet}>{t("admin.noKeys")}</p>}>
        {(keys) => (
          <ul className={classes.keys}>
            {keys.map((key) => (
              <KeyRow key={key.key_id} item={key} onOpen={dialogs.open} />
            ))}
          </ul>
        )}
      </QueryView>
      <KeyDialogs dialogs={dialogs} />
    </section>
  );
}

function KeyRow({ item, onOpen }: { item: PortalKey; onOpen: OpenKeyDialog }) {
  const { t } = useI18n();
  return (
    <li className={classes.key}>
      <div className={classes.keyName}>
        <span>{item.name}</span>
        <code className="mono">{item.key_masked}</code>
        <span className={classes.badges}>
          <EnvironmentBadge environment={item.environment} />
          <KeyStatusBadge status={item.status} />
        </span>
      </div>
      <LimitsCell limits={item.limits} />
      {isUsable(item) ? (
        <Button size="xs" variant="default" aria-label={t("admin.limitsOf", { name: item.name })} onClick={() => onOpen({ kind: "limits", key: item })}>
          {t("keys.limits")}
        </Button>
      ) : null}
    </li>
  );
}
