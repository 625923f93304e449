"use client";

import { UnstyledButton } from "@mantine/core";
import { useMemo } from "react";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import { planNamed } from "@/lib/portal/plans";
import type { AccountRow } from "@/lib/portal/types";
import { type SortedColumn, SortedTable } from "../shared/SortedTable";
import classes from "./Admin.module.css";

interface AccountTableProps {
  accounts: AccountRow[];
  onOpen: (accountId: string) => void;
}

export function AccountTable({ accounts, onOpen }: AccountTableProps) {
  const i18n = useI18n();
  const columns = useMemo(() => columnsFor(i18n, onOpen), [i18n, onOpen]);
  return (
    <div className={classes.frame}>
      <SortedTable columns={columns} rows={accounts} rowId={(account) => account.id} label={i18n.t("admin.caption")} />
    </div>
  );
}

function columnsFor({ t, format }: I18n, onOpen: (accountId: string) => void): SortedColumn<AccountRow>[] {
  return [
    { id: "email", label: t("admin.account"), value: ({ email }) => email, cell: (account) => <Who account={account} onOpen={onOpen} /> },
    { id: "plan", label: t("admin.plan"), value: ({ plan }) => plan, cell: ({ plan }) => planNamed(plan).title },
    { id: "status", label: t("admin.status"), value: ({ status }) => status, cell: ({ status }) => <AccountStatus status={status} /> },
    { id: "credits", label: t("admin.credits"), value: (account) => account.current_credits, cell: (account) => format.integer(account.current_credits) },
    { id: "apis", label: t("admin.apis"), value: (account) => account.api_count, cell: (account) => format.integer(account.api_count) },
    { id: "keys", label: t("admin.keys"), value: (account) => account.key_count, cell: (account) => format.integer(account.key_count) },
    { id: "since", label: t("admin.since"), value: (account) => account.created_at, cell: (account) => <span className={classes.nowrap}>{format.date(account.created_at)}</span> },
  ];
}

function Who({ account, onOpen }: { account: AccountRow; onOpen: (accountId: string) => void }) {
  const { t } = useI18n();
  return (
    <div className={classes.who}>
      <UnstyledButton className={classes.email} onClick={() => onOpen(account.id)} aria-label={t("admin.open", { email: account.email })}>
        {account.email}
      </UnstyledButton>
      <span className={classes.quiet}>{account.role === "admin" ? t("admin.nameAdmin", { name: account.name }) : account.name}</span>
    </div>
  );
}

/** A word in every state; a suspended account stands out. */
export function AccountStatus({ status }: { status: AccountRow["status"] }) {
  const { t } = useI18n();
  return (
    <span className={classes.status} data-status={status}>
      {t(`admin.status_${status}`)}
    </span>
  );
}
