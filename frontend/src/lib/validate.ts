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

/** One entry a line or comma, as typed: the slash of a network stays. */
export function splitEntries(text: string): string[] {
  return [...new Set(text.split(/[\n,]/).map((line) => line.trim()).filter(Boolean))];
}

/** An IPv4 or IPv6 address, or a network such as 203.0.113.0/24; the shape only. */
export function isAddress(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  if (rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return false;
  const isV4 = /^\d{1,3}(\.\d{1,3}){3}$/.test(address) && address.split(".").every((part) => Number(part) <= 255);
  const isV6 = address.includes(":") && /^[\da-f:.]+$/i.test(address);
  return (isV4 && Number(bits ?? 0) <= 32) || (isV6 && Number(bits ?? 0) <= 128);
}
