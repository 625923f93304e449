/** The client keeps a session alive by itself, and never sends a refresh token twice. */
import { beforeEach, expect, test, vi } from "vitest";
import { ApiError, detailList, fieldMessage } from "@/lib/errors";
import { nextCursor, onSessionLost, request } from "@/lib/http";

type Handler = (url: string, init: RequestInit) => Response | Promise<Response>;

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });

function serve(handler: Handler) {
  const mock = vi.fn((url: string | URL | Request, init: RequestInit = {}) => Promise.resolve(handler(String(url), init)));
  vi.stubGlobal("fetch", mock);
  return mock;
}

function setCookie(name: string, value: string) {
  document.cookie = `${name}=${value}; path=/`;
}

const headerOf = (init: RequestInit | undefined, name: string) => new Headers(init?.headers).get(name);

beforeEach(() => {
  setCookie("csrf_access_token", "access-1");
  setCookie("csrf_refresh_token", "refresh-1");
});

test("a change carries the CSRF token of the session, a read does not", async () => {
  const fetch = serve(() => json(200, {}));
  await request("GET", "/api/models");
  await request("DELETE", "/api/models/1");
  expect(headerOf(fetch.mock.calls[0]?.[1], "X-CSRF-TOKEN")).toBeNull();
  expect(headerOf(fetch.mock.calls[1]?.[1], "X-CSRF-TOKEN")).toBe("access-1");
});

test("an expired session is renewed once, and the call is repeated with the new token", async () => {
  let renewed = false;
  const fetch = serve((url) => {
    if (url.endsWith("/auth/refresh")) {
      renewed = true;
      setCookie("csrf_access_token", "access-2");
      return json(200, {});
    }
    return renewed ? json(200, { done: true }) : json(401, {});
  });
  const answer = await request<{ done: boolean }>("POST", "/api/export/1", { body: {} });
  expect(answer.data.done).toBe(true);
  expect(headerOf(fetch.mock.calls[1]?.[1], "X-CSRF-TOKEN")).toBe("refresh-1");
  expect(headerOf(fetch.mock.calls[2]?.[1], "X-CSRF-TOKEN")).toBe("access-2");
});

test("calls that fail together share one refresh: a token used twice would end the session", async () => {
  let renewed = false;
  let refreshes = 0;
  serve(async (url) => {
    if (!url.endsWith("/auth/refresh")) return renewed ? json(200, {}) : json(401, {});
    refreshes += 1;
    await Promise.resolve();
    renewed = true;
    setCookie("csrf_access_token", "access-2");
    return json(200, {});
  });
  await Promise.all([request("GET", "/a"), request("GET", "/b"), request("GET", "/c")]);
  expect(refreshes).toBe(1);
});

test("a session that another tab renewed meanwhile is used as it is", async () => {
  let calls = 0;
  const fetch = serve(() => {
    calls += 1;
    if (calls > 1) return json(200, {});
    setCookie("csrf_access_token", "access-of-other-tab");
    return json(401, {});
  });
  await request("GET", "/api/models");
  expect(fetch.mock.calls.map(([url]) => String(url))).toEqual(["/api/models", "/api/models"]);
});

test("a session that cannot be renewed is announced once and the error keeps its request id", async () => {
  const lost = vi.fn();
  const stop = onSessionLost(lost);
  serve(() => json(401, { error: { code: "UNAUTHORIZED", message: "Sign in first.", details: {} }, request_id: "req_7" }));
  const error = await request("GET", "/api/models").catch((caught: unknown) => caught);
  stop();
  expect(lost).toHaveBeenCalledTimes(1);
  expect(error).toMatchObject({ status: 401, code: "UNAUTHORIZED", message: "Sign in first.", requestId: "req_7" });
});

test("a wrong password is an answer, not a lost session", async () => {
  const lost = vi.fn();
  const stop = onSessionLost(lost);
  const fetch = serve(() => json(401, {}));
  await expect(request("POST", "/api/v1/auth/login", { body: {}, anonymous: true })).rejects.toBeInstanceOf(ApiError);
  stop();
  expect(fetch).toHaveBeenCalledTimes(1);
  expect(lost).not.toHaveBeenCalled();
});

test("an answer without a body of ours still becomes an error that can be shown", async () => {
  serve(() => new Response("<html>Bad gateway</html>", { status: 502, headers: { "X-Request-ID": "req_9" } }));
  await expect(request("GET", "/x")).rejects.toMatchObject({ status: 502, code: "HTTP_502", requestId: "req_9" });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
  await expect(request("GET", "/x")).rejects.toMatchObject({ status: 0, code: "NETWORK_ERROR" });
});

test("the next page's cursor comes from the Link header, whatever stands around it", () => {
  const link = '<http://h/api/models?limit=2&cursor=abc%3D>; rel="next", <http://h/api/models>; rel="first"';
  expect(nextCursor(new Headers({ Link: link }))).toBe("abc=");
  expect(nextCursor(new Headers({ Link: '<http://h/x?cursor=1>; rel="prev"' }))).toBeNull();
  expect(nextCursor(new Headers())).toBeNull();
});

test("an error's details are read with care, since they come from outside", () => {
  const error = new ApiError(422, "X", "m", { fields: [{ field: "name", message: "Too long." }, 3], globals: ["os.system", 4] });
  expect(fieldMessage(error, "name")).toBe("Too long.");
  expect(fieldMessage(error, "email")).toBeNull();
  expect(detailList(error, "globals")).toEqual(["os.system"]);
  expect(detailList(new Error("other"), "globals")).toEqual([]);
});
