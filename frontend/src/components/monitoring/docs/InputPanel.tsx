"use client";

import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { CodeBlock } from "@/components/ui/CodeBlock";
import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import type { APIDetails } from "@/lib/types";
import classes from "./Docs.module.css";
import { type InputField, inputFields } from "./inputFields";
import { Taken } from "./Taken";

type Form = "table" | "json";

/** What to send: for people as a table, for programs as the JSON Schema itself. */
export function InputPanel({ api }: { api: APIDetails }) {
  const { t, tn } = useI18n();
  const [form, setForm] = useState<Form>("table");
  const fields = inputFields(api.contract);
  return (
    <Panel
      title={t("docs.input")}
      hint={tn(api.contract.named ? "docs.fields" : "docs.values", fields.length)}
      flush
      aside={
        <SegmentedControl<Form>
          size="xs"
          aria-label={t("docs.inputForm")}
          value={form}
          onChange={setForm}
          data={[
            { value: "table", label: t("docs.asTable") },
            { value: "json", label: t("docs.asSchema") },
          ]}
        />
      }
    >
      {form === "table" ? <FieldTable fields={fields} /> : null}
      {form === "json" ? (
        <div className={classes.padded}>
          <CodeBlock code={JSON.stringify(api.input_schema, null, 2)} language="json" label={t("docs.input")} maxHeight={460} />
        </div>
      ) : null}
    </Panel>
  );
}

/** Roles are spelled out: on a phone its rows are laid out as blocks, and browsers then forget that it is a table. */
function FieldTable({ fields }: { fields: readonly InputField[] }) {
  const { t } = useI18n();
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("docs.input")}>
      <table className={`${classes.table} ${classes.blocks}`} role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">{t("docs.field")}</th>
            <th scope="col" role="columnheader">{t("docs.type")}</th>
            <th scope="col" role="columnheader">{t("docs.required")}</th>
            <th scope="col" role="columnheader">{t("docs.taken")}</th>
            <th scope="col" role="columnheader">{t("docs.exampleValue")}</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {fields.map((field) => (
            <tr key={field.name} role="row">
              <th scope="row" role="rowheader">
                <code className="mono">{field.name}</code>
              </th>
              <td role="cell" data-label={t("docs.type")}>
                <span>
                  {t(`docs.type_${field.type}`)}
                  {field.nullable ? <span className={classes.quiet}> {t("docs.orNull")}</span> : null}
                </span>
              </td>
              <td role="cell" data-label={t("docs.required")}>
                {field.required ? t("common.yes") : <span className={classes.quiet}>{t("docs.unused")}</span>}
              </td>
              <td role="cell" data-label={t("docs.taken")} className={classes.taken}>
                <Taken {...field} otherwise={t("docs.anyValue")} />
              </td>
              <td role="cell" data-label={t("docs.exampleValue")}>
                <code className="mono">{JSON.stringify(field.example)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
