/** Addresses inside the application. */

export const HOME = "/overview";

/** Where to sign in, carrying where to return to. */
export function loginAddress(from: string): string {
  return from === "/" || from === "" ? "/login" : `/login?next=${encodeURIComponent(from)}`;
}

/** The page to open after sign-in. Only a path of this site: `//elsewhere` and `/\elsewhere` would leave it. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith("/login") ? next : HOME;
}
