/** The body of a call as one record or several, whichever way it is written. Pure. */
import { type FormField, type FormPlan, isObject } from "@/lib/portal/schemaForm";
import type { JsonObject, JsonValue } from "@/lib/types";

const LINE_MAX = 72;

/** `one` record by itself, a `list` of them, or a list under `instances`. */
type Writing = "one" | "list" | "instances";

export interface Records {
  writing: Writing;
  rows: JsonValue[];
}

/** Null where the body is not made of records as the form knows them. */
export function readRecords(plan: FormPlan, body: JsonValue): Records | null {
  if (isObject(body) && Array.isArray(body.instances)) return listed(plan, "instances", body.instances);
  if (isRecord(plan, body)) return { writing: "one", rows: [body] };
  return Array.isArray(body) ? listed(plan, "list", body) : null;
}

export function writeRecords({ writing, rows }: Records): JsonValue {
  if (writing === "instances") return { instances: rows };
  return writing === "list" ? rows : (rows[0] ?? null);
}

/** A list of numbers is one record of a list-shaped model; a list of lists is several. */
function isRecord(plan: FormPlan, value: JsonValue): boolean {
  if (plan.shape === "object") return isObject(value);
  return Array.isArray(value) && !(value.length > 0 && value.every((item) => Array.isArray(item)));
}

function listed(plan: FormPlan, writing: Writing, rows: JsonValue[]): Records | null {
  return rows.length > 0 && rows.every((row) => isRecord(plan, row)) ? { writing, rows } : null;
}

export function fieldValue(plan: FormPlan, record: JsonValue, field: FormField): JsonValue | undefined {
  if (plan.shape === "object") return isObject(record) ? record[field.name] : undefined;
  return Array.isArray(record) ? record[Number(field.name)] : undefined;
}

/** The record with one value changed; undefined takes the property out. Properties keep their order. */
export function withField(plan: FormPlan, record: JsonValue, field: FormField, value: JsonValue | undefined): JsonValue {
  if (plan.shape === "list") {
    const items = Array.isArray(record) ? record : [];
    return plan.fields.map((one, at) => (one.name === field.name ? (value ?? null) : (items[at] ?? null)));
  }
  const changed: JsonObject = { ...(isObject(record) ? record : {}) };
  if (value === undefined) delete changed[field.name];
  else changed[field.name] = value;
  return changed;
}

export function replaceRow(records: Records, at: number, row: JsonValue): Records {
  return { ...records, rows: records.rows.map((one, index) => (index === at ? row : one)) };
}

/** A copy of the row at `at` behind the last: people change a value or two and compare. */
export function addRow(records: Records, at: number): Records {
  const copy = structuredClone(records.rows[at] ?? null);
  return { writing: records.writing === "one" ? "list" : records.writing, rows: [...records.rows, copy] };
}

/** Without the row at `at`; the last one stands by itself again. */
export function removeRow(records: Records, at: number): Records {
  const rows = records.rows.filter((_, index) => index !== at);
  return { writing: rows.length === 1 && records.writing === "list" ? "one" : records.writing, rows };
}

/** The example as the first thing to send: the endpoint's own, else made of the fields' examples. */
export function firstBody(plan: FormPlan | null, example: JsonValue): JsonValue {
  if (example !== null || plan === null) return example;
  if (plan.shape === "list") return plan.fields.map((field) => field.example ?? null);
  const given = plan.fields.flatMap((field): [string, JsonValue][] => (field.example === undefined ? [] : [[field.name, field.example]]));
  return Object.fromEntries(given);
}

/** As JSON.stringify indents it, but short lists of plain values stay on one line, as people write them. */
export function pretty(body: JsonValue, indent = ""): string {
  const inner = `${indent}  `;
  if (Array.isArray(body)) {
    const line = `[${body.map((item) => JSON.stringify(item)).join(", ")}]`;
    if (body.every(isPlain) && line.length <= LINE_MAX) return line;
    return `[\n${body.map((item) => inner + pretty(item, inner)).join(",\n")}\n${indent}]`;
  }
  if (!isObject(body) || Object.keys(body).length === 0) return JSON.stringify(body);
  const parts = Object.entries(body).map(([name, value]) => `${inner}${JSON.stringify(name)}: ${pretty(value, inner)}`);
  return `{\n${parts.join(",\n")}\n${indent}}`;
}

function isPlain(value: JsonValue): boolean {
  return typeof value !== "object" || value === null;
}

/** The body a text stands for; undefined where it is no JSON. */
export function parseBody(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
