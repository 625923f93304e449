/** Reads origins as a person types them. Pure. */

/** The origin a browser would send for what was typed; null where it names no http or https origin. */
export function normaliseOrigin(text: string): string | null {
  const typed = text.trim();
  if (!/^https?:\/\/[^\s/?#@]+\/?$/i.test(typed)) return null;
  try {
    return new URL(typed).origin;
  } catch {
    return null;
  }
}

/** Origins without repeats, in the order typed, and what could not be read. */
export function readOrigins(values: readonly string[]): { origins: string[]; refused: string[] } {
  const origins = new Set<string>();
  const refused: string[] = [];
  for (const value of values) {
    const origin = normaliseOrigin(value);
    if (origin) origins.add(origin);
    else refused.push(value);
  }
  return { origins: [...origins], refused };
}
