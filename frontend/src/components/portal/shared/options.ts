/** Choices of a select. Pure. */
export interface Option {
  value: string;
  label: string;
}

/** A chosen value stays in sight even where the list does not hold it: another environment's key, one that is gone. Doubles are dropped. */
export function withChosen(options: readonly Option[], chosen: string | null): Option[] {
  const byValue = new Map(options.map((option) => [option.value, option]));
  if (chosen !== null && !byValue.has(chosen)) byValue.set(chosen, { value: chosen, label: chosen });
  return [...byValue.values()];
}
