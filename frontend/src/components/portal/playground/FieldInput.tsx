"use client";

import { Checkbox, Select, TextInput, Textarea } from "@mantine/core";
import { useState } from "react";
import { useI18n } from "@/i18n/I18nProvider";
import type { Parameter } from "@/lib/portal/playgroundTypes";
import type { Problem } from "@/lib/portal/refusals";
import { type FormField, textOf, troubleOf, valueOf } from "@/lib/portal/schemaForm";
import type { JsonValue } from "@/lib/types";
import { helpText } from "./fieldHelp";
import classes from "./Playground.module.css";

interface FieldInputProps {
  field: FormField;
  parameter: Parameter | undefined;
  value: JsonValue | undefined;
  /** What the server said of this value. */
  problem: Problem | null;
  onChange: (value: JsonValue | undefined) => void;
}

/** One value of a record, in the control that suits its type. It shows what the JSON holds, fitting or not. */
export function FieldInput(props: FieldInputProps) {
  const i18n = useI18n();
  const { field, parameter, value, problem } = props;
  const trouble = troubleOf(field, value);
  const shared = {
    label: (
      <>
        <span className="mono">{field.label}</span>
        <span className={classes.kind}>{field.required ? i18n.t(`playground.kind_${field.kind}`) : i18n.t("common.optional")}</span>
      </>
    ),
    description: helpText(field, parameter, i18n),
    error: problem ? i18n.t("playground.expectedGot", { expected: problem.expected ?? "", got: problem.got ?? "" }) : trouble ? i18n.t(`playground.trouble_${trouble}`) : null,
    inputWrapperOrder: ["label", "input", "error", "description"] as ("label" | "input" | "error" | "description")[],
    size: "sm" as const,
  };
  if (field.kind === "choice" || field.kind === "boolean") return <ChoiceInput {...props} shared={shared} />;
  return <TypedInput {...props} shared={shared} />;
}

type SharedProps = { label: React.ReactNode; description: string | null; error: string | null; inputWrapperOrder: ("label" | "input" | "error" | "description")[]; size: "sm" };

/** Choices are told apart by their JSON: the number 1 is not the text "1". */
function ChoiceInput({ field, value, onChange, shared }: FieldInputProps & { shared: SharedProps }) {
  const { t } = useI18n();
  const values: JsonValue[] = [...(field.kind === "boolean" ? [true, false] : field.choices), ...(field.nullable ? [null] : [])];
  const known = value === undefined || values.some((one) => JSON.stringify(one) === JSON.stringify(value));
  const data = (known ? values : [...values, value]).map((one) => ({ value: JSON.stringify(one), label: typeof one === "string" ? one : JSON.stringify(one) }));
  return (
    <Select
      {...shared}
      data={data}
      searchable={data.length > 8}
      limit={200}
      nothingFoundMessage={t("usage.nothingFound")}
      placeholder={t("playground.leftOut")}
      allowDeselect={!field.required}
      value={value === undefined ? null : JSON.stringify(value)}
      onChange={(chosen) => onChange(chosen === null ? undefined : (JSON.parse(chosen) as JsonValue))}
    />
  );
}

/** Typing in between stands as it was typed ("4." on the way to "4.5") while it means what the JSON holds. */
function TypedInput({ field, value, onChange, shared }: FieldInputProps & { shared: SharedProps }) {
  const { t } = useI18n();
  const [typed, setTyped] = useState<string | null>(null);
  const current = typed !== null && JSON.stringify(valueOf(field, typed)) === JSON.stringify(value);
  const isNull = value === null && field.nullable;
  const input = {
    ...shared,
    value: current ? typed : textOf(field, value),
    placeholder: isNull ? "null" : t("playground.leftOut"),
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) => {
      const text = event.currentTarget.value;
      setTyped(text);
      onChange(valueOf(field, text));
    },
  };
  if (field.kind === "json") return <Textarea {...input} autosize minRows={1} maxRows={6} classNames={{ input: "mono" }} />;
  if (field.kind !== "string") return <TextInput {...input} inputMode={field.kind === "integer" ? "numeric" : "decimal"} classNames={{ input: "tnum" }} />;
  return (
    <div>
      <TextInput {...input} disabled={isNull} />
      {field.nullable ? <Checkbox size="xs" mt={4} label={t("playground.sendNull")} checked={isNull} onChange={(event) => onChange(event.currentTarget.checked ? null : "")} /> : null}
    </div>
  );
}
