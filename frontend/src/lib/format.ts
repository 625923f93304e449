/**
 * Numbers, sizes, durations and dates as the reader writes them, all through Intl.
 * Pure: takes a locale, reads no clock but the one handed in. Unknown values (null) become a dash, never a zero.
 */
export const DASH = "–";

type Maybe = number | null | undefined;
type When = string | number | Date | null | undefined;

export interface Formatters {
  locale: string;
  integer: (value: Maybe) => string;
  /** 12 345 as 12.3K, for tiles and axes. */
  compact: (value: Maybe) => string;
  decimal: (value: Maybe, digits?: number) => string;
  /** A rate in 0..100. */
  percent: (value: Maybe, digits?: number) => string;
  /** Seconds as µs, ms or s, with three significant digits. */
  duration: (seconds: Maybe) => string;
  bytes: (bytes: Maybe) => string;
  megabytes: (megabytes: Maybe) => string;
  date: (when: When) => string;
  time: (when: When) => string;
  dateTime: (when: When) => string;
  /** Down to the millisecond, for one request. */
  exact: (when: When) => string;
  /** "3 minutes ago", from `now`. */
  relative: (when: When, now?: number) => string;
}

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function createFormatters(locale: string): Formatters {
  const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  const moment = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(locale, options);
    return (when: When) => dashed(toDate(when), (date) => formatter.format(date));
  };
  const integer = number({ maximumFractionDigits: 0 });
  const compact = number({ notation: "compact", maximumFractionDigits: 1 });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const unit = (value: number, name: string, digits = 3) =>
    number({ style: "unit", unit: name, unitDisplay: name === "byte" ? "narrow" : "short", ...digitsFor(value, digits) }).format(value);
  return {
    locale,
    integer: (value) => dashed(value, (n) => integer.format(n)),
    compact: (value) => dashed(value, (n) => compact.format(n)),
    decimal: (value, digits = 2) => dashed(value, (n) => number({ maximumFractionDigits: digits }).format(n)),
    percent: (value, digits = 1) =>
      dashed(value, (n) => number({ style: "percent", maximumFractionDigits: digits }).format(honest(n, digits) / 100)),
    duration: (seconds) => dashed(seconds, (s) => durationText(s, unit)),
    bytes: (bytes) => dashed(bytes, (b) => bytesText(b, unit)),
    megabytes: (megabytes) => dashed(megabytes, (m) => bytesText(m * 1_000_000, unit)),
    date: moment({ dateStyle: "medium" }),
    time: moment({ timeStyle: "short" }),
    dateTime: moment({ dateStyle: "medium", timeStyle: "short" }),
    exact: moment({ year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 }),
    relative: (when, now = Date.now()) => dashed(toDate(when), (date) => relativeText(date, now, relative)),
  };
}

function dashed<T>(value: T | null | undefined, write: (value: T) => string): string {
  return value === null || value === undefined || Number.isNaN(value) ? DASH : write(value);
}

function toDate(when: When): Date | null {
  if (when === null || when === undefined) return null;
  const date = new Date(when);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** 99.96 must not read 100 %, nor 0.02 read 0 %: an exception among many calls stays visible. */
function honest(percent: number, digits: number): number {
  const step = 10 ** -digits;
  if (percent < 100 && percent > 100 - step) return 100 - step;
  if (percent > 0 && percent < step) return step;
  return percent;
}

function digitsFor(value: number, digits: number): Intl.NumberFormatOptions {
  return Math.abs(value) >= 10 ** (digits - 1) ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: digits };
}

/** To the digits that will be shown, so that 999 999 steps up to 1 MB instead of reading 1,000 kB. */
function shown(value: number): number {
  return Number(value.toPrecision(3));
}

function durationText(seconds: number, unit: (value: number, name: string) => string): string {
  const rounded = shown(seconds);
  // The micro sign of the Latin font, not the Greek letter, for which a whole font would be fetched.
  if (rounded < 0.001 && rounded > 0) return unit(rounded * 1e6, "microsecond").replace("\u03bc", "\u00b5");
  return rounded < 1 ? unit(rounded * 1000, "millisecond") : unit(rounded, "second");
}

function bytesText(bytes: number, unit: (value: number, name: string) => string): string {
  const rounded = shown(bytes);
  const steps = BYTE_UNITS.filter((_, power) => power > 0 && rounded >= 1000 ** power).length;
  return unit(rounded / 1000 ** steps, BYTE_UNITS[steps] ?? "byte");
}

function relativeText(date: Date, now: number, relative: Intl.RelativeTimeFormat): string {
  const seconds = Math.round((date.getTime() - now) / 1000);
  const step = STEPS.find(([, length]) => Math.abs(seconds) >= length);
  return step ? relative.format(Math.trunc(seconds / step[1]), step[0]) : relative.format(Math.min(seconds, 0), "second");
}
