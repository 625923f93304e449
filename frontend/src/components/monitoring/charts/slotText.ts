/**
 * Writes slots of time as the reader does. Pure.
 * Day slots are days of UTC, as the server cuts them, and are named by their UTC date: in New York the local date
 * of their start would be the day before.
 */
import type { TimeRange } from "@/lib/types";

interface Slot {
  at: number;
  end: number;
}

export interface SlotText {
  /** Short, for an axis. */
  tick: (at: number) => string;
  /** In full, for a tooltip or a table. */
  slot: (slot: Slot) => string;
}

const TICKS: Record<TimeRange, Intl.DateTimeFormatOptions> = {
  "1h": { hour: "2-digit", minute: "2-digit" },
  "24h": { hour: "2-digit", minute: "2-digit" },
  "7d": { weekday: "short", day: "numeric" },
  "30d": { day: "numeric", month: "short", timeZone: "UTC" },
};

const SLOTS: Record<TimeRange, Intl.DateTimeFormatOptions> = {
  "1h": { hour: "2-digit", minute: "2-digit" },
  "24h": { weekday: "short", hour: "2-digit", minute: "2-digit" },
  "7d": { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  "30d": { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" },
};

export function slotText(range: TimeRange, locale: string): SlotText {
  const tick = new Intl.DateTimeFormat(locale, TICKS[range]);
  const slot = new Intl.DateTimeFormat(locale, SLOTS[range]);
  const day = range === "30d";
  return {
    tick: (at) => tick.format(at),
    slot: ({ at, end }) => (day ? `${slot.format(at)} (UTC)` : slot.formatRange(at, end)),
  };
}

/** From one moment to another, saying once what both share: 22 Nov 2026, 00:18–01:17. */
export function spanText(from: string, to: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).formatRange(Date.parse(from), Date.parse(to));
}
