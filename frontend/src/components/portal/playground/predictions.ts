/** Reads predictions out of an answer, of one record or of several. Pure. */
import { isObject } from "@/lib/portal/schemaForm";
import type { JsonObject, JsonValue } from "@/lib/types";

export interface Predicted {
  prediction: JsonValue;
  /** Probabilities by class, the likeliest first; empty where the model gives none. */
  shares: [name: string, share: number][];
}

export function predictedOf(body: JsonObject): Predicted[] {
  const { prediction, predictions, probabilities } = body;
  if (Array.isArray(predictions)) {
    const shares = Array.isArray(probabilities) ? probabilities : [];
    return predictions.map((one, at) => ({ prediction: one, shares: sharesOf(shares[at]) }));
  }
  return prediction === undefined ? [] : [{ prediction, shares: sharesOf(probabilities) }];
}

function sharesOf(value: JsonValue | undefined): Predicted["shares"] {
  if (!isObject(value)) return [];
  const entries = Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return entries.sort(([, one], [, other]) => other - one);
}
