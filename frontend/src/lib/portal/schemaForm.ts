/**
 * From the JSON Schema of one record to the fields of a form, and between what a field shows and JSON. Pure.
 * The JSON is the truth: a field shows what the JSON holds, fitting or not, so that form and text never disagree.
 */
import type { JsonObject, JsonValue } from "@/lib/types";

export type FieldKind = "number" | "integer" | "boolean" | "string" | "choice" | "json";

export interface FormField {
  /** The property; the place in the list where the record is a list. */
  name: string;
  label: string;
  kind: FieldKind;
  required: boolean;
  nullable: boolean;
  /** The only values taken. */
  choices: JsonValue[];
  minimum: number | null;
  maximum: number | null;
  description: string | null;
  example: JsonValue | undefined;
}

export interface FormPlan {
  /** How one record is written. */
  shape: "object" | "list";
  fields: FormField[];
}

/** Null where no form can be made of the schema: then only the text is offered. */
export function planOf(schema: JsonObject): FormPlan | null {
  const { properties, prefixItems, required } = schema;
  if (isObject(properties)) {
    const needed = Array.isArray(required) ? required : [];
    const fields = Object.entries(properties).map(([name, part]) => fieldOf(name, name, part, needed.includes(name)));
    return fields.length > 0 ? { shape: "object", fields } : null;
  }
  if (!Array.isArray(prefixItems) || prefixItems.length === 0) return null;
  const fields = prefixItems.map((part, at) => fieldOf(String(at), titleOf(part) ?? `x${at}`, part, true));
  return { shape: "list", fields };
}

function fieldOf(name: string, label: string, schema: JsonValue, required: boolean): FormField {
  const part = isObject(schema) ? schema : {};
  const types = (Array.isArray(part.type) ? part.type : [part.type]).filter((type) => typeof type === "string");
  const listed = Array.isArray(part.enum) ? part.enum : [];
  const choices = listed.filter((value) => value !== null);
  const examples = Array.isArray(part.examples) ? part.examples : [];
  return {
    name,
    label,
    kind: choices.length > 0 ? "choice" : kindOf(types.filter((type) => type !== "null")),
    required,
    nullable: types.includes("null") || listed.includes(null),
    choices,
    minimum: numberOf(part.minimum),
    maximum: numberOf(part.maximum),
    description: typeof part.description === "string" ? part.description : null,
    example: examples[0],
  };
}

function kindOf(types: readonly JsonValue[]): FieldKind {
  const only = types.length === 1 ? types[0] : null;
  return only === "number" || only === "integer" || only === "boolean" || only === "string" ? only : "json";
}

/** What a text field shows for a value; undefined is a property that is not there. */
export function textOf(field: FormField, value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string" && field.kind !== "json") return value;
  return JSON.stringify(value);
}

/**
 * What typing means. What is no number stays text, so that nothing typed is lost and the answer says what is wrong.
 * An emptied number is null where that is taken, else it is left out.
 */
export function valueOf(field: FormField, text: string): JsonValue | undefined {
  if (field.kind === "string") return text;
  if (text.trim() === "") return field.nullable ? null : undefined;
  if (field.kind === "number" || field.kind === "integer") return isNumber(text) ? Number(text.trim().replace(",", ".")) : text;
  return parsed(text);
}

export type FieldTrouble = "missing" | "notNull" | "notNumber" | "notInteger" | "notText" | "notBoolean" | "notChoice" | "beyond";

/** What the form can tell before the server does; null where the value fits. */
export function troubleOf(field: FormField, value: JsonValue | undefined): FieldTrouble | null {
  if (value === undefined) return field.required ? "missing" : null;
  if (value === null) return field.nullable || field.kind === "json" ? null : "notNull";
  switch (field.kind) {
    case "choice":
      return field.choices.includes(value) ? null : "notChoice";
    case "boolean":
      return typeof value === "boolean" ? null : "notBoolean";
    case "string":
      return typeof value === "string" ? null : "notText";
    case "json":
      return null;
    default:
      return numberTrouble(field, value);
  }
}

function numberTrouble(field: FormField, value: JsonValue): FieldTrouble | null {
  if (typeof value !== "number") return "notNumber";
  if (field.kind === "integer" && !Number.isInteger(value)) return "notInteger";
  const low = field.minimum !== null && value < field.minimum;
  return low || (field.maximum !== null && value > field.maximum) ? "beyond" : null;
}

/** Digits, a point or a comma, an exponent: what JSON can carry, written as people do. */
function isNumber(text: string): boolean {
  return /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(text.trim()) && Number.isFinite(Number(text.trim().replace(",", ".")));
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function titleOf(schema: JsonValue): string | null {
  return isObject(schema) && typeof schema.title === "string" ? schema.title : null;
}

function numberOf(value: JsonValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
