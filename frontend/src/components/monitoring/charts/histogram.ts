/** Shapes the distribution of response times: which bins to show, and where on their log-spaced axis a value lies. Pure. */

interface RawBin {
  /** Seconds, the lower edge counted in and the upper not. */
  from: number;
  to: number;
  count: number;
}

export interface Bin extends RawBin {
  /** Percent of all counts. */
  share: number;
}

/** Leaves out the empty bins at both ends, and keeps one on each side so that the shape is seen to end. */
export function binsOf(distribution: readonly RawBin[]): Bin[] {
  const all = distribution.reduce((sum, bin) => sum + bin.count, 0);
  if (all === 0) return [];
  const first = distribution.findIndex((bin) => bin.count > 0);
  const last = distribution.findLastIndex((bin) => bin.count > 0);
  return distribution
    .slice(Math.max(0, first - 1), last + 2)
    .map(({ from, to, count }) => ({ from, to, count, share: (count / all) * 100 }));
}

/** Edges of bins in seconds, one more than bins. */
export function edgesOf(bins: readonly Bin[]): number[] {
  const last = bins.at(-1);
  return last ? [...bins.map((bin) => bin.from), last.to] : [];
}

/** Position of a value in bins: 2.5 is the middle of the third. Logarithmic inside a bin, as the edges are. */
export function positionOf(seconds: number | null, bins: readonly Bin[]): number | null {
  if (seconds === null) return null;
  const index = bins.findIndex((bin) => seconds >= bin.from && seconds < bin.to);
  const bin = bins[index];
  if (!bin) return null;
  if (bin.from <= 0) return index + seconds / bin.to;
  return index + Math.log(seconds / bin.from) / Math.log(bin.to / bin.from);
}

/** The bin most requests fell into. */
export function fullestBin(bins: readonly Bin[]): Bin | null {
  return bins.reduce<Bin | null>((best, bin) => (best === null || bin.count > best.count ? bin : best), null);
}
