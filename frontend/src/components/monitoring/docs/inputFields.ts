/** What a caller must send, read from the contract: what is enforced told apart from what was merely seen in training. Pure. */
import type { Contract, ContractColumn, JsonValue } from "@/lib/types";

export interface InputField {
  name: string;
  type: ContractColumn["type"];
  /** A column that is not required is one the model drops. */
  required: boolean;
  nullable: boolean;
  /** The only values taken; null where any value of the type is. */
  allowed: JsonValue[] | null;
  /** Seen in training, never enforced. */
  seenValues: JsonValue[] | null;
  seenRange: { minimum: number; maximum: number } | null;
  example: JsonValue;
}

export function inputFields(contract: Contract): InputField[] {
  return contract.columns.map(({ name, type, required, nullable, categories, closed, minimum, maximum, example }) => ({
    name,
    type,
    required,
    nullable,
    allowed: closed ? categories : null,
    seenValues: closed ? null : categories,
    seenRange: minimum !== null && maximum !== null ? { minimum, maximum } : null,
    example,
  }));
}
