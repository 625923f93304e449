/** Who answers for a model and how much faster it is, from what its compiling found. Pure: words are the pages' own. */
import type { MLModel, Shape } from "@/lib/types";

export type Compiled = Shape<"CompiledOut">;
export type Timing = NonNullable<Compiled["timings"]>[number];
type Served = Pick<MLModel, "runtime" | "compiled">;

/**
 * compiled: the compiled form answers. The others are all scikit-learn:
 * chosen by the owner; refused, no form was both equal and faster; untried; outdated, by an earlier compiler.
 */
export type ServedBy = "compiled" | "chosen" | "refused" | "untried" | "outdated";

export function servedBy({ runtime, compiled }: Served): ServedBy {
  if (compiled?.is_used) return "compiled";
  if (compiled?.reason) return "refused";
  if (runtime === "scikit-learn") return "chosen";
  return compiled ? "outdated" : "untried";
}

/** A model after the choice, as the server will most likely tell it; its own answer takes the place of this. */
export function withRuntime<M extends Served>(model: M, runtime: MLModel["runtime"]): M {
  if (!model.compiled) return { ...model, runtime };
  const isUsable = model.compiled.reason === null && model.compiled.engine !== null;
  return { ...model, runtime, compiled: { ...model.compiled, is_used: runtime === "auto" && isUsable } };
}

/** Exporting tries to compile what the present compiler has not tried. */
export function isCompiledAtExport(model: Served): boolean {
  return ["untried", "outdated"].includes(servedBy({ ...model, runtime: "auto" }));
}

/** How many times faster than scikit-learn one row is answered; null where it was not measured or is not faster. */
export function speedUp(timings: readonly Timing[]): number | null {
  const single = timings.find(({ rows }) => rows === 1);
  if (!single || single.compiled_us <= 0) return null;
  const times = cut(single.scikit_learn_us / single.compiled_us);
  return times > 1 ? times : null;
}

/** Whole from 10 on, else one decimal. Cut and not rounded, so that it is never overstated. */
function cut(times: number): number {
  return times >= 10 ? Math.floor(times) : Math.floor(times * 10 + 1e-9) / 10;
}

export function seconds(microseconds: number): number {
  return microseconds / 1e6;
}

/** 2.2204e-16 as "2.3e-16": upwards, as a largest difference must never read smaller than it is. */
export function differenceText(value: number, locale: string): string {
  const power = 10 ** Math.floor(Math.log10(value));
  const above = Math.ceil((value / power) * 10 - 1e-6) / 10;
  const text = new Intl.NumberFormat(locale, { notation: "scientific", maximumFractionDigits: 1 }).format(above * power);
  return text.replace("E", "e");
}

/** Powers of ten that enclose all values, smallest first: the ticks of a logarithmic axis. */
export function decades(values: readonly number[]): number[] {
  const known = values.filter((value) => value > 0);
  if (known.length === 0) return [];
  const first = Math.floor(Math.log10(Math.min(...known)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...known))));
  return Array.from({ length: last - first + 1 }, (_, index) => Number(`1e${first + index}`));
}
