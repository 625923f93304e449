/** What a field takes, in the reader's language where the documentation says it in figures. Pure. */
import type { I18n } from "@/i18n/I18nProvider";
import type { Parameter } from "@/lib/portal/playgroundTypes";
import type { FormField } from "@/lib/portal/schemaForm";
import type { JsonValue } from "@/lib/types";

const SHOWN = 6;

export function helpText(field: FormField, parameter: Parameter | undefined, { t, format }: I18n): string | null {
  const { minimum, maximum, categories } = parameter?.constraints ?? {};
  const [low, high] = [minimum ?? field.minimum, maximum ?? field.maximum];
  if (typeof low === "number" && typeof high === "number") {
    const range = { min: format.decimal(low, 4), max: format.decimal(high, 4) };
    return t(field.minimum === null ? "playground.seenRange" : "playground.range", range);
  }
  if (Array.isArray(categories) && field.kind !== "choice") return t("playground.seenValues", { values: listText(categories) });
  return field.description ?? (parameter?.description || null);
}

function listText(values: readonly JsonValue[]): string {
  const shown = values.slice(0, SHOWN).map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return `${shown.join(", ")}${values.length > SHOWN ? "…" : ""}`;
}
