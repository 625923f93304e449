/** Reads why a call was refused out of its answer. Pure. */
import type { ExecutionAnswer } from "@/lib/portal/playgroundTypes";
import { type FormField, isObject } from "@/lib/portal/schemaForm";
import type { JsonObject, JsonValue } from "@/lib/types";

export interface Problem {
  /** Which record; null where the body as a whole is meant. */
  row: number | null;
  column: string | null;
  expected: string | null;
  got: string | null;
  message: string;
}

export interface Refusal {
  code: string | null;
  message: string | null;
  problems: Problem[];
  /** How many there are, where the answer lists only the first. */
  problemsTotal: number;
}

export function refusalOf({ status, body }: ExecutionAnswer): Refusal | null {
  if (status < 400) return null;
  const error = isObject(body) && isObject(body.error) ? body.error : {};
  const details = isObject(error.details) ? error.details : {};
  const problems = Array.isArray(details.problems) ? details.problems.filter(isObject).map(problemOf) : [];
  const total = typeof details.problems_total === "number" ? details.problems_total : problems.length;
  return { code: textOf(error.code), message: textOf(error.message), problems, problemsTotal: total };
}

/** What the server said of one field of one record. */
export function problemAt(problems: readonly Problem[], row: number, field: FormField): Problem | null {
  return problems.find((problem) => (problem.row ?? 0) === row && problem.column === field.label) ?? null;
}

/** Problems that no field of the form can carry: unknown columns, rows of the wrong kind. */
export function looseProblems(problems: readonly Problem[], fields: readonly FormField[]): Problem[] {
  return problems.filter(({ column }) => !fields.some((field) => field.label === column));
}

/** Seconds until it is worth asking again. */
export function retryAfter({ headers }: ExecutionAnswer): number | null {
  const entry = Object.entries(headers).find(([name]) => name.toLowerCase() === "retry-after");
  const seconds = Number(entry?.[1]);
  return entry && Number.isFinite(seconds) ? seconds : null;
}

function problemOf(item: JsonObject): Problem {
  return {
    row: typeof item.row === "number" ? item.row : null,
    column: textOf(item.column),
    expected: textOf(item.expected),
    got: textOf(item.got),
    message: textOf(item.message) ?? "",
  };
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}
