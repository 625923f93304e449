"use client";

import { Button, Group, NumberInput, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { FormError } from "@/components/ui/FormError";
import { useAdjustCredits } from "@/hooks/useAdmin";
import { useAttempt } from "@/hooks/useAttempt";
import { useI18n } from "@/i18n/I18nProvider";
import type { AccountRow } from "@/lib/portal/types";
import { refusalText } from "../shared/refusal";
import classes from "./Admin.module.css";

type Direction = "add" | "take";

/** Gives credits or takes them, always with a reason: it stands in the ledger and in the audit. */
export function CreditsForm({ account }: { account: AccountRow }) {
  const { t, format } = useI18n();
  const adjust = useAdjustCredits();
  const attemptFor = useAttempt();
  const [direction, setDirection] = useState<Direction>("add");
  const [amount, setAmount] = useState(0);
  const [reason, setReason] = useState("");
  // Two equal adjustments one after the other are two: the count makes their attempts differ.
  const [done, setDone] = useState(0);
  const ready = amount > 0 && reason.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    const change = direction === "add" ? amount : -amount;
    adjust.mutate(
      { accountId: account.id, amount: change, reason: reason.trim(), attempt: attemptFor([account.id, change, reason.trim(), done]) },
      {
        onSuccess: ({ current_credits }) => {
          notifications.show({ message: t("admin.adjusted", { credits: format.integer(current_credits) }) });
          setDone(done + 1);
          setAmount(0);
          setReason("");
        },
      },
    );
  };
  return (
    <form onSubmit={submit} aria-label={t("admin.adjust")}>
      <Stack gap="md">
        <h3 className={classes.heading}>{t("admin.adjust")}</h3>
        <FormError error={adjust.error} text={refusalText(adjust.error)} />
        <div className={classes.adjust}>
          <SegmentedControl<Direction>
            aria-label={t("admin.direction")}
            value={direction}
            onChange={setDirection}
            data={[
              { value: "add", label: t("admin.add") },
              { value: "take", label: t("admin.take") },
            ]}
          />
          <NumberInput aria-label={t("admin.amount")} value={amount} min={0} max={1_000_000_000} step={1000} allowDecimal={false} allowNegative={false} onChange={(next) => setAmount(Number(next) || 0)} />
        </div>
        <TextInput label={t("admin.reason")} description={t("admin.reasonHint")} value={reason} maxLength={500} onChange={(event) => setReason(event.currentTarget.value)} />
        <Group>
          <Button type="submit" variant="default" disabled={!ready} loading={adjust.isPending}>
            {t(direction === "add" ? "admin.addSubmit" : "admin.takeSubmit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
