/**
 * What a caller must send, read from the contract and from the JSON Schema that calls are checked against. Pure.
 * The two differ on purpose: the schema holds what is enforced, the contract also what was merely seen in training.
 */
import type { Contract, ContractColumn, JsonObject, JsonValue } from "@/lib/types";

export interface InputField {
  name: string;
  type: ContractColumn["type"];
  required: boolean;
  nullable: boolean;
  /** The only values taken; null where any value of the type is. */
  allowed: JsonValue[] | null;
  /** Seen in training, never enforced. */
  seenValues: JsonValue[] | null;
  seenRange: { minimum: number; maximum: number } | null;
  example: JsonValue;
}

export function inputFields(contract: Contract, schema: JsonObject): InputField[] {
  const required = Array.isArray(schema.required) ? schema.required : contract.columns.map(({ name }) => name);
  return contract.columns.map((column, index) => {
    const rule = ruleOf(schema, column.name, index);
    const allowed = Array.isArray(rule?.enum) ? rule.enum.filter((value) => value !== null) : null;
    const { minimum, maximum } = column;
    return {
      name: column.name,
      type: column.type,
      required: required.includes(column.name),
      nullable: column.nullable,
      allowed,
      seenValues: allowed ? null : column.categories,
      seenRange: minimum !== null && maximum !== null ? { minimum, maximum } : null,
      example: column.example,
    };
  });
}

/** The schema of one field: under its name for records, by place for rows without names. */
function ruleOf(schema: JsonObject, name: string, index: number): JsonObject | null {
  const byName = asObject(schema.properties)?.[name];
  const byPlace = Array.isArray(schema.prefixItems) ? schema.prefixItems[index] : undefined;
  return asObject(byName ?? byPlace);
}

function asObject(value: JsonValue | undefined): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
}
