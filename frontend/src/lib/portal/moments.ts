/** Moments between the address (UTC) and the browser's own date fields (the reader's time). Pure but for the time zone. */
export interface Moments {
  from: string | null;
  to: string | null;
}

/** A moment out of the address, which is anybody's to write; null where it is none. */
export function readTime(text: string | null): string | null {
  const time = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** 2026-11-22T03:04 in the reader's time, as a datetime-local field takes it. */
export function toLocal(moment: string | null): string {
  if (moment === null) return "";
  const date = new Date(moment);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

export function fromLocal(text: string): string | null {
  const date = new Date(text);
  return text === "" || Number.isNaN(date.getTime()) ? null : date.toISOString();
}
