/** What a form can tell before asking the server. The server has the last word. */

export const PASSWORD_MIN = 8;

export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim());
}

/** Scheme and host, no path: what a browser sends as Origin. */
export function isOrigin(text: string): boolean {
  return /^https?:\/\/[^\s/?#]+$/.test(text);
}

/** One entry a line or comma, without blanks and doubles. */
export function splitLines(text: string): string[] {
  return [...new Set(text.split(/[\n,]/).map((line) => line.trim().replace(/\/$/, "")).filter(Boolean))];
}
