/** Ticks of a value axis at numbers people count in. Pure. */

const STEPS = [1, 2, 2.5, 5, 10] as const;

/**
 * Values from zero to at least `max`, at most `parts` steps apart: 0, 5, 10, 15 for 14.3.
 *
 * Args: `integers` keeps counts from being cut in fractions.
 * Source: Heckbert (1990), "Nice numbers for graph labels", Graphics Gems, with 2.5 added for percentages.
 */
export function niceScale(max: number, parts = 4, integers = false): number[] {
  const step = niceStep(max, parts, integers);
  const count = Math.max(1, Math.ceil(max / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

function niceStep(max: number, parts: number, integers: boolean): number {
  if (!(max > 0)) return 1;
  const least = max / parts;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = STEPS.find((step) => step * power >= least - 1e-12 * power && (!integers || Number.isInteger(step * power)));
  return Math.max((factor ?? 10) * power, integers ? 1 : 0);
}
