/**
 * Transport of the client: cookies, CSRF header, one silent refresh on 401, errors as ApiError.
 * Called by api.ts, upload.ts and lib/portal only; knows no route but the refresh.
 */
import { ApiError } from "@/lib/errors";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type QueryValue = string | number | boolean | undefined;

interface RequestOptions {
  query?: Record<string, QueryValue>;
  body?: unknown;
  signal?: AbortSignal;
  /** Names one change: sent twice, the server makes it once and answers the same again. */
  idempotencyKey?: string;
  /** Sign-in itself answers 401 for a wrong password: no refresh is tried there. */
  anonymous?: boolean;
}

export interface Answer<T> {
  data: T;
  headers: Headers;
}

/** One page of a list that goes on under `nextCursor`. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

const PAGES_MAX = 50;
const REFRESH_PATH = "/api/v1/auth/refresh";
const lostListeners = new Set<() => void>();
let refreshing: Promise<boolean> | null = null;

/** Tells the shell that the session is gone; gives back the way to stop listening. */
export function onSessionLost(listener: () => void): () => void {
  lostListeners.add(listener);
  return () => lostListeners.delete(listener);
}

export function announceSessionLost(): void {
  lostListeners.forEach((listener) => listener());
}

export function readCookie(name: string): string | null {
  if (typeof document === "undefined") return null;
  for (const part of document.cookie.split("; ")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at) === name) return decodeURIComponent(part.slice(at + 1));
  }
  return null;
}

export function csrfHeader(method: Method, cookie = "csrf_access_token"): Record<string, string> {
  const token = method === "GET" ? null : readCookie(cookie);
  return token ? { "X-CSRF-TOKEN": token } : {};
}

export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const tokenBefore = readCookie("csrf_access_token");
  let response = await send(method, path, options);
  if (response.status === 401 && !options.anonymous) {
    if (await refreshSession(tokenBefore)) response = await send(method, path, options);
    if (response.status === 401) announceSessionLost();
  }
  const body = await readBody(response);
  if (!response.ok) throw ApiError.fromBody(response.status, body, response.headers.get("X-Request-ID"));
  return { data: body as T, headers: response.headers };
}

export async function getData<T>(path: string, query?: object, signal?: AbortSignal): Promise<T> {
  return (await request<T>("GET", path, { query: { ...query }, signal })).data;
}

export async function getPage<T>(path: string, query?: object, signal?: AbortSignal): Promise<Page<T>> {
  const answer = await request<T[]>("GET", path, { query: { ...query }, signal });
  return { items: answer.data, nextCursor: nextCursor(answer.headers) };
}

/** Every page of a list that stays small, one after the other; the bound ends a server that never ends. */
export async function getAll<T>(path: string, query?: object, signal?: AbortSignal): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer: Page<T> = await getPage<T>(path, cursor === null ? query : { ...query, cursor }, signal);
    all.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return all;
}

/**
 * Renews the session once for all callers of this tab, and for all tabs where the browser offers locks:
 * a refresh token used twice ends the whole session, so two tabs must never send the same one.
 */
export async function refreshSession(tokenBefore: string | null): Promise<boolean> {
  refreshing ??= withTabLock(() => refreshUnlessDone(tokenBefore)).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function refreshUnlessDone(tokenBefore: string | null): Promise<boolean> {
  const current = readCookie("csrf_access_token");
  if (current !== null && current !== tokenBefore) return true;
  if (readCookie("csrf_refresh_token") === null) return false;
  const headers = csrfHeader("POST", "csrf_refresh_token");
  const response = await fetch(REFRESH_PATH, { method: "POST", headers, credentials: "same-origin" }).catch(() => null);
  return response?.ok ?? false;
}

async function withTabLock(work: () => Promise<boolean>): Promise<boolean> {
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  return locks ? locks.request("modelport-refresh", work) : work();
}

async function send(method: Method, path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...csrfHeader(method) };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  try {
    return await fetch(path + queryString(options.query), {
      method,
      headers,
      credentials: "same-origin",
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw ApiError.network();
  }
}

async function readBody(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const text = await response.text();
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is undefined or empty is left out. */
export function queryString(query: Record<string, QueryValue> = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}

/** The cursor of the next page, from a Link header with rel="next". */
export function nextCursor(headers: Headers): string | null {
  const link = headers.get("Link") ?? "";
  const target = /<([^>]+)>\s*;[^,]*rel="?next"?/.exec(link)?.[1];
  return target ? new URL(target, "http://origin").searchParams.get("cursor") : null;
}
