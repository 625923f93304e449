/** From schema to form to JSON and back: nothing typed is lost, and both sides of the playground say the same. */
import { describe, expect, test } from "vitest";
import type { ExecutionAnswer } from "@/lib/portal/playgroundTypes";
import { addRow, fieldValue, firstBody, parseBody, pretty, readRecords, removeRow, replaceRow, withField, writeRecords } from "@/lib/portal/records";
import { looseProblems, problemAt, refusalOf, retryAfter } from "@/lib/portal/refusals";
import { type FormField, type FormPlan, planOf, textOf, troubleOf, valueOf } from "@/lib/portal/schemaForm";
import type { JsonObject, JsonValue } from "@/lib/types";

const churn: JsonObject = {
  type: "object",
  properties: {
    age: { type: "integer", minimum: 18, maximum: 94, examples: [42] },
    charges: { type: ["number", "null"], description: "Seen in training: 18 to 118.", examples: [70.35] },
    contract: { type: ["string", "null"], enum: ["One year", "Two year", null], examples: ["One year"] },
    level: { type: "integer", enum: [1, 2, 3] },
    paperless: { type: "boolean", examples: [true] },
    name: { type: "string", examples: ["Léa"] },
    spare: { description: "Not used by the model.", examples: [{ a: 1 }] },
  },
  required: ["age", "charges", "contract", "level", "paperless", "name"],
};
const plain: JsonObject = { type: "array", prefixItems: [{ title: "x0", type: "number", examples: [5.1] }, { title: "x1", type: "number", examples: [3.5] }] };
const form = planOf(churn) as FormPlan;
const list = planOf(plain) as FormPlan;
const field = (name: string) => form.fields.find((one) => one.name === name) as FormField;

describe("fields", () => {
  test("each property becomes a field of its kind", () => {
    expect(form.fields.map(({ name, kind, nullable, required }) => [name, kind, nullable, required])).toEqual([
      ["age", "integer", false, true],
      ["charges", "number", true, true],
      ["contract", "choice", true, true],
      ["level", "choice", false, true],
      ["paperless", "boolean", false, true],
      ["name", "string", false, true],
      ["spare", "json", false, false],
    ]);
    expect(field("contract").choices).toEqual(["One year", "Two year"]);
    expect([field("age").minimum, field("age").maximum]).toEqual([18, 94]);
  });

  test("a schema without properties gives no form", () => {
    expect(planOf({})).toBeNull();
    expect(planOf({ type: "object", properties: {} })).toBeNull();
    expect(planOf({ type: "string" })).toBeNull();
  });

  test("what a field shows is read back as the same value", () => {
    const values: [string, unknown][] = [["age", 42], ["age", -3], ["charges", 1e-7], ["charges", null], ["name", ""], ["name", "12"], ["name", "null"], ["spare", { a: [1, null] }], ["spare", "text"]];
    for (const [name, value] of values) {
      expect(valueOf(field(name), textOf(field(name), value as never)), `${name} ${JSON.stringify(value)}`).toEqual(value);
    }
  });

  test("numbers are read as people write them, and what is no number is kept as it was typed", () => {
    expect(["4.5", "4,5", " 7 ", "1e3", ".5", "-2."].map((text) => valueOf(field("charges"), text))).toEqual([4.5, 4.5, 7, 1000, 0.5, -2]);
    expect(["abc", "0x10", "1e999", "-", "1 2"].map((text) => valueOf(field("charges"), text))).toEqual(["abc", "0x10", "1e999", "-", "1 2"]);
  });

  test("an emptied field is null where null is taken, else it is left out", () => {
    expect(valueOf(field("charges"), "")).toBeNull();
    expect(valueOf(field("age"), " ")).toBeUndefined();
    expect(valueOf(field("name"), "")).toBe("");
  });

  test("trouble is named before the server names it", () => {
    const cases: [string, unknown, string | null][] = [
      ["age", 42, null], ["age", 42.5, "notInteger"], ["age", "x", "notNumber"], ["age", 200, "beyond"], ["age", null, "notNull"], ["age", undefined, "missing"],
      ["charges", null, null], ["contract", null, null], ["contract", "Three year", "notChoice"], ["level", "1", "notChoice"], ["level", 1, null],
      ["paperless", "true", "notBoolean"], ["name", 3, "notText"], ["spare", undefined, null], ["spare", 3, null],
    ];
    for (const [name, value, trouble] of cases) expect(troubleOf(field(name), value as never), `${name} ${String(value)}`).toBe(trouble);
  });
});

describe("records", () => {
  const row = { age: 42, charges: 70.35 };

  test("each way of writing a body survives the form", () => {
    for (const body of [row, [row, row], { instances: [row] }]) {
      const records = readRecords(form, body);
      expect(records && writeRecords(records)).toEqual(body);
    }
    for (const body of [[5.1, 3.5], [[5.1, 3.5], [1, 2]], { instances: [[1, 2]] }]) {
      const records = readRecords(list, body);
      expect(records && writeRecords(records)).toEqual(body);
    }
    expect(readRecords(list, [5.1, 3.5])?.writing).toBe("one");
    expect(readRecords(list, [[5.1, 3.5]])?.writing).toBe("list");
  });

  test("a body that is no records gives no form", () => {
    for (const body of [3, "x", null, [], [1, 2], [row, 3]]) expect(readRecords(form, body), JSON.stringify(body)).toBeNull();
    expect(readRecords(list, { a: 1 })).toBeNull();
  });

  test("changing a field changes that field only, in its place", () => {
    expect(Object.keys(withField(form, { age: 1, name: "a", charges: 2 }, field("name"), "b") as object)).toEqual(["age", "name", "charges"]);
    expect(withField(form, row, field("age"), undefined)).toEqual({ charges: 70.35 });
    const second = list.fields[1] as FormField;
    expect(withField(list, [5.1, 3.5], second, 9)).toEqual([5.1, 9]);
    expect(withField(list, [5.1], second, undefined)).toEqual([5.1, null]);
    expect(fieldValue(list, [5.1, 3.5], second)).toBe(3.5);
  });

  test("records are added, changed and taken away; the last stands by itself again", () => {
    const one = { writing: "one" as const, rows: [row] };
    const two = addRow(one, 0);
    expect(writeRecords(two)).toEqual([row, row]);
    expect(writeRecords(replaceRow(two, 1, { age: 1 }))).toEqual([row, { age: 1 }]);
    expect(writeRecords(removeRow(two, 0))).toEqual(row);
    expect(writeRecords(removeRow({ writing: "instances", rows: [row, row] }, 0))).toEqual({ instances: [row] });
  });

  test("the first body is the endpoint's example, else the fields'", () => {
    expect(firstBody(form, row)).toBe(row);
    expect(firstBody(form, null)).toEqual({ age: 42, charges: 70.35, contract: "One year", paperless: true, name: "Léa", spare: { a: 1 } });
    expect(firstBody(list, null)).toEqual([5.1, 3.5]);
  });

  test("pretty text is the same body", () => {
    const bodies: JsonValue[] = [row, [row], [[5.1, 3.5], [1, 2]], { a: ["x, y", "[z]"], b: [] }, [], {}, [{}], "[ 1 ]", { s: "[\n 1,\n 2\n]" }, null];
    for (const body of bodies) expect(parseBody(pretty(body))).toEqual(body);
    expect(pretty([row])).toBe(JSON.stringify([row], null, 2));
    expect(pretty([5.1, 3.5])).toBe("[5.1, 3.5]");
    expect(parseBody("{")).toBeUndefined();
    expect(parseBody("null")).toBeNull();
  });
});

describe("refusals", () => {
  const problems = [
    { row: 0, column: "age", expected: "integer", got: "text", message: "age: expected integer, got text" },
    { row: 1, column: "aeg", expected: "a column of the model", got: "3", message: "Unknown field: aeg" },
    { row: null, column: null, expected: "JSON", got: "3", message: "no" },
  ];
  const answer = (status: number, body: unknown, headers = {}) => ({ status, body, headers }) as unknown as ExecutionAnswer;

  test("problems find their fields, and those of no field are listed by themselves", () => {
    const refusal = refusalOf(answer(400, { error: { code: "INVALID_INPUT", message: "m", details: { problems, problems_total: 30 } } }));
    expect(refusal).toMatchObject({ code: "INVALID_INPUT", message: "m", problemsTotal: 30 });
    expect(problemAt(refusal?.problems ?? [], 0, field("age"))?.got).toBe("text");
    expect(problemAt(refusal?.problems ?? [], 1, field("age"))).toBeNull();
    expect(looseProblems(refusal?.problems ?? [], form.fields).map(({ column }) => column)).toEqual(["aeg", null]);
  });

  test("a success is no refusal, and a refusal without our envelope is still one", () => {
    expect(refusalOf(answer(200, {}))).toBeNull();
    expect(refusalOf(answer(502, "bad gateway"))).toEqual({ code: null, message: null, problems: [], problemsTotal: 0 });
  });

  test("the wait is read whatever the header's case", () => {
    expect(retryAfter(answer(429, {}, { "retry-after": "12" }))).toBe(12);
    expect(retryAfter(answer(429, {}))).toBeNull();
  });
});
