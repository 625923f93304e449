"use client";

import { NumberInput, Radio, Stack, Switch } from "@mantine/core";
import { useI18n } from "@/i18n/I18nProvider";
import type { LimitProblem, LimitsDraft } from "@/lib/portal/limits";
import { type Plan, TEST_KEY_DAILY_QUOTA } from "@/lib/portal/plans";
import type { Environment } from "@/lib/portal/types";
import classes from "./Limits.module.css";

interface LimitsFieldsProps {
  draft: LimitsDraft;
  plan: Plan;
  environment: Environment;
  problems: readonly LimitProblem[];
  asAdmin: boolean;
  onChange: (draft: LimitsDraft) => void;
}

/** What the server takes at all, administrators included. */
const PER_MINUTE_MAX = 1_000_000;
const PER_DAY_MAX = 1_000_000_000_000;
const OVERAGES = ["block", "warn", "charge"] as const;

export function LimitsFields({ draft, plan, environment, problems, asAdmin, onChange }: LimitsFieldsProps) {
  const { t, format } = useI18n();
  const change = (changes: Partial<LimitsDraft>) => onChange({ ...draft, ...changes });
  const errorOf = (field: LimitProblem["field"]) => {
    const found = problems.find((problem) => problem.field === field);
    return found ? t(`limits.problem_${found.code}`, { plan: plan.title, ceiling: format.integer(found.ceiling) }) : null;
  };
  const upTo = (ceiling: number) => (asAdmin ? null : t("limits.upTo", { plan: plan.title, ceiling: format.integer(ceiling) }));
  const dailyMax = environment === "test" ? TEST_KEY_DAILY_QUOTA : plan.dailyQuotaMax;
  return (
    <Stack gap="lg">
      <div className={classes.field}>
        <Amount label={t("limits.sustained")} hint={t("limits.sustainedHint")} note={upTo(plan.callsPerMinute)} value={draft.sustained} max={PER_MINUTE_MAX} error={errorOf("sustained")} onChange={(sustained) => change({ sustained })} />
      </div>
      <div className={classes.field}>
        <Switch label={t("limits.burstOn")} description={t("limits.burstHint")} checked={draft.burst !== null} onChange={(event) => change({ burst: event.currentTarget.checked ? Math.min(plan.burstMax, 600) : null })} />
        {draft.burst === null ? null : (
          <Amount label={t("limits.burst")} note={upTo(plan.burstMax)} value={draft.burst} max={PER_MINUTE_MAX} error={errorOf("burst")} onChange={(burst) => change({ burst })} />
        )}
      </div>
      <div className={classes.field}>
        <Switch label={t("limits.dailyOn")} description={t("limits.dailyHint")} checked={draft.daily !== null} onChange={(event) => change({ daily: event.currentTarget.checked ? dailyMax : null })} />
        {draft.daily === null ? (
          <p className={classes.error} role="alert">
            {errorOf("daily")}
          </p>
        ) : (
          <>
            <Amount label={t("limits.daily")} note={upTo(dailyMax)} value={draft.daily} max={PER_DAY_MAX} error={errorOf("daily")} onChange={(daily) => change({ daily })} />
            <Radio.Group label={t("limits.overage")} value={draft.overage} error={errorOf("overage")} onChange={(value) => change({ overage: OVERAGES.find((known) => known === value) ?? "block" })}>
              <Stack gap={8} mt={2}>
                {OVERAGES.map((overage) => (
                  <Radio key={overage} value={overage} label={t(`limits.overage_${overage}`)} description={t(`limits.overageHint_${overage}`)} />
                ))}
              </Stack>
            </Radio.Group>
          </>
        )}
      </div>
    </Stack>
  );
}

interface AmountProps {
  label: string;
  hint?: string;
  /** How far the plan goes. */
  note: string | null;
  value: number;
  max: number;
  error: string | null;
  onChange: (value: number) => void;
}

function Amount({ label, hint, note, value, max, error, onChange }: AmountProps) {
  const { format } = useI18n();
  const separator = format.integer(11_111).replace(/\d/g, "").slice(0, 1);
  return (
    <NumberInput
      label={label}
      description={[hint, note].filter(Boolean).join(" ")}
      value={value}
      min={0}
      max={max}
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator={separator || " "}
      error={error}
      onChange={(next) => onChange(typeof next === "number" ? next : Number(next) || 0)}
      maw={320}
    />
  );
}
