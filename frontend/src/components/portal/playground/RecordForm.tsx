"use client";

import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconPlus, IconTrash } from "@tabler/icons-react";
import { Notice } from "@/components/monitoring/Notice";
import { useI18n } from "@/i18n/I18nProvider";
import type { Parameter } from "@/lib/portal/playgroundTypes";
import { type Records, addRow, fieldValue, readRecords, removeRow, replaceRow, withField } from "@/lib/portal/records";
import { type Problem, problemAt } from "@/lib/portal/refusals";
import type { FormField, FormPlan } from "@/lib/portal/schemaForm";
import type { JsonValue } from "@/lib/types";
import { FieldInput } from "./FieldInput";
import classes from "./Playground.module.css";
import type { Draft } from "./useDraft";

interface RecordFormProps {
  plan: FormPlan;
  draft: Draft;
  parameters: readonly Parameter[] | undefined;
  problems: readonly Problem[];
  /** The body those problems were found in. */
  sent: JsonValue | undefined;
}

/** One record as a form; where there are several, one at a time. */
export function RecordForm({ plan, draft, parameters, problems, sent }: RecordFormProps) {
  const { t } = useI18n();
  const { records, at, setRecords } = draft;
  if (records === null) {
    return (
      <section className={classes.card} aria-label={t("playground.form")}>
        <div className={classes.unread}>
          <Notice tone="quiet">{t(draft.body === undefined ? "playground.formWaits" : "playground.formUnfit")}</Notice>
        </div>
      </section>
    );
  }
  const row = records.rows[at] ?? null;
  const before = sent === undefined ? null : (readRecords(plan, sent)?.rows[at] ?? null);
  /** A problem is over once its value has changed. */
  const problemOf = (field: FormField) =>
    JSON.stringify(fieldValue(plan, row, field)) === JSON.stringify(fieldValue(plan, before, field)) ? problemAt(problems, at, field) : null;
  return (
    <section className={classes.card} aria-label={t("playground.form")}>
      <RecordBar draft={draft} records={records} />
      <div className={classes.fields}>
        {plan.fields.map((field) => (
          <FieldInput
            key={`${at} ${field.name}`}
            field={field}
            parameter={parameters?.find(({ name }) => name === field.label)}
            value={fieldValue(plan, row, field)}
            problem={problemOf(field)}
            onChange={(value) => setRecords(replaceRow(records, at, withField(plan, row, field, value)))}
          />
        ))}
      </div>
    </section>
  );
}

function RecordBar({ draft, records }: { draft: Draft; records: Records }) {
  const { t, format } = useI18n();
  const { at, setAt, setRecords } = draft;
  const count = records.rows.length;
  const step = (label: string, Icon: typeof IconPlus, disabled: boolean, act: () => void) => (
    <Tooltip label={label}>
      <ActionIcon size="sm" aria-label={label} disabled={disabled} onClick={act}>
        <Icon size={15} stroke={1.8} />
      </ActionIcon>
    </Tooltip>
  );
  return (
    <header className={classes.cardHead}>
      <h3 aria-live="polite">{count === 1 ? t("playground.form") : t("playground.recordOf", { at: format.integer(at + 1), count: format.integer(count) })}</h3>
      <span className={classes.cardActions}>
        {count > 1 ? (
          <>
            {step(t("playground.previous"), IconChevronLeft, at === 0, () => setAt(at - 1))}
            {step(t("playground.next"), IconChevronRight, at === count - 1, () => setAt(at + 1))}
            {step(t("playground.remove"), IconTrash, false, () => {
              setRecords(removeRow(records, at));
              setAt(Math.max(0, at - 1));
            })}
          </>
        ) : null}
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          leftSection={<IconPlus size={13} stroke={1.8} />}
          onClick={() => {
            setRecords(addRow(records, at));
            setAt(count);
          }}
        >
          {t("playground.add")}
        </Button>
      </span>
    </header>
  );
}
