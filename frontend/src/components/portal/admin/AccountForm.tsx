"use client";

import { Button, Group, Select, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { DangerButton } from "@/components/monitoring/DangerButton";
import { Notice } from "@/components/monitoring/Notice";
import { FormError } from "@/components/ui/FormError";
import { useChangeAccount } from "@/hooks/useAdmin";
import { useI18n } from "@/i18n/I18nProvider";
import { PLANS, planNamed } from "@/lib/portal/plans";
import type { AccountRow } from "@/lib/portal/types";
import { refusalText } from "../shared/refusal";
import classes from "./Admin.module.css";

const STATES = ["active", "suspended"] as const;

export function AccountForm({ account }: { account: AccountRow }) {
  const { t } = useI18n();
  const change = useChangeAccount();
  const before = planNamed(account.plan).name;
  const [plan, setPlan] = useState(before);
  const [status, setStatus] = useState(account.status);
  const suspends = status === "suspended" && account.status === "active";
  const changed = plan !== before || status !== account.status;
  const Submit = suspends ? DangerButton : Button;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const changes = { ...(plan === before ? {} : { plan }), ...(status === account.status ? {} : { status }) };
    change.mutate({ accountId: account.id, changes }, { onSuccess: () => notifications.show({ message: t("admin.saved", { email: account.email }) }) });
  };
  return (
    <form onSubmit={submit} aria-label={t("admin.planAndStatus")}>
      <Stack gap="md">
        <h3 className={classes.heading}>{t("admin.planAndStatus")}</h3>
        <FormError error={change.error} text={refusalText(change.error)} />
        <div className={classes.pair}>
          <Select label={t("admin.plan")} data={PLANS.map(({ name, title }) => ({ value: name, label: title }))} value={plan} onChange={(next) => setPlan(planNamed(next ?? before).name)} allowDeselect={false} />
          <Select
            label={t("admin.status")}
            data={STATES.map((value) => ({ value, label: t(`admin.status_${value}`) }))}
            value={status}
            onChange={(next) => setStatus(next === "suspended" ? "suspended" : "active")}
            allowDeselect={false}
          />
        </div>
        {suspends ? <Notice tone="warn">{t("admin.suspendWarning")}</Notice> : null}
        <Group>
          <Submit type="submit" disabled={!changed} loading={change.isPending}>
            {t("common.save")}
          </Submit>
        </Group>
      </Stack>
    </form>
  );
}
