"use client";

import type { ComponentProps } from "react";
import docClasses from "@/components/monitoring/docs/Docs.module.css";
import { Taken } from "@/components/monitoring/docs/Taken";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { Parameter } from "@/lib/portal/playgroundTypes";

/** Roles are spelled out: on a phone its rows are laid out as blocks, and browsers then forget that they are a table. */
export function ParameterTable({ parameters }: { parameters: readonly Parameter[] }) {
  const { t } = useI18n();
  return (
    <div className={docClasses.scroll} tabIndex={0} role="region" aria-label={t("playground.parameters")}>
      <table className={`${docClasses.table} ${docClasses.blocks}`} role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">{t("docs.field")}</th>
            <th scope="col" role="columnheader">{t("docs.type")}</th>
            <th scope="col" role="columnheader">{t("docs.required")}</th>
            <th scope="col" role="columnheader">{t("docs.taken")}</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {parameters.map((parameter) => (
            <tr key={parameter.name} role="row">
              <th scope="row" role="rowheader">
                <code className="mono">{parameter.name}</code>
              </th>
              <td role="cell" data-label={t("docs.type")}>
                <span>
                  {typeText(parameter.type, t)}
                  {parameter.constraints.nullable === true ? <span className={docClasses.quiet}> {t("docs.orNull")}</span> : null}
                </span>
              </td>
              <td role="cell" data-label={t("docs.required")}>
                {parameter.required ? t("common.yes") : <span className={docClasses.quiet}>{t("common.no")}</span>}
              </td>
              <td role="cell" data-label={t("docs.taken")} className={docClasses.taken}>
                <Taken {...takenOf(parameter, t)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const TYPES = ["number", "integer", "boolean", "string"] as const;

function typeText(type: string, t: I18n["t"]): string {
  const known = TYPES.find((one) => one === type);
  return known ? t(`docs.type_${known}`) : type;
}

function takenOf({ constraints, description }: Parameter, t: I18n["t"]): ComponentProps<typeof Taken> {
  const { enum: allowed, seen, seen_minimum: minimum, seen_maximum: maximum } = constraints;
  return {
    allowed: Array.isArray(allowed) ? allowed : null,
    seenValues: Array.isArray(seen) ? seen : null,
    seenRange: typeof minimum === "number" && typeof maximum === "number" ? { minimum, maximum } : null,
    otherwise: description || t("docs.anyValue"),
  };
}
