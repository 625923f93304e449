/** What a field takes, in the reader's language where the documentation says it in figures. Pure. */
import type { I18n } from "@/i18n/I18nProvider";
import type { Parameter } from "@/lib/portal/playgroundTypes";
import type { FormField } from "@/lib/portal/schemaForm";
import type { JsonValue } from "@/lib/types";

const SHOWN = 6;

export function helpText(field: FormField, parameter: Parameter | undefined, { t, format }: I18n): string | null {
  const { seen, seen_minimum: low, seen_maximum: high } = parameter?.constraints ?? {};
  if (field.minimum !== null && field.maximum !== null) {
    return t("playground.range", { min: format.decimal(field.minimum, 4), max: format.decimal(field.maximum, 4) });
  }
  if (typeof low === "number" && typeof high === "number") {
    return t("playground.seenRange", { min: format.decimal(low, 4), max: format.decimal(high, 4) });
  }
  if (Array.isArray(seen)) return t("playground.seenValues", { values: listText(seen) });
  return field.description ?? (parameter?.description || null);
}

function listText(values: readonly JsonValue[]): string {
  const shown = values.slice(0, SHOWN).map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return `${shown.join(", ")}${values.length > SHOWN ? "…" : ""}`;
}
