/** Filters survive the address, and the live tail neither loses, doubles nor hoards rows. */
import { expect, test } from "vitest";
import { type LogFilters, NO_FILTERS, isFiltered, logQuery, readFilters } from "@/lib/portal/logFilters";
import { TAIL_MAX, extendTail, mergeTail } from "@/lib/portal/logTail";
import { exportAddress } from "@/lib/portal/usage";
import type { LogEntry } from "@/lib/portal/usageTypes";

const FULL: LogFilters = {
  key: "ak_1",
  path: "/api/predict/7",
  status: "4xx",
  source: "playground",
  from: "2026-11-22T01:00:00.000Z",
  to: "2026-11-22T02:00:00.000Z",
  request: "req_a&b=c",
};

function address(filters: LogFilters): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value) params.set(name, value);
  return params;
}

test("filters come back from the address as they went in", () => {
  expect(readFilters(new URLSearchParams(address(FULL).toString()))).toEqual(FULL);
  expect(readFilters(address(NO_FILTERS))).toEqual(NO_FILTERS);
  expect([isFiltered(FULL), isFiltered(NO_FILTERS), isFiltered({ ...NO_FILTERS, key: "k" })]).toEqual([true, false, true]);
});

test("what the server would refuse is left out", () => {
  const params = new URLSearchParams("status=99&source=mars&from=yesterday&to=&key=");
  expect(readFilters(params)).toEqual(NO_FILTERS);
  for (const status of ["404", "5xx", "error"]) expect(readFilters(new URLSearchParams({ status })).status).toBe(status);
});

test("the export asks for what the page shows, in the environment it shows", () => {
  const link = new URL(exportAddress("csv", logQuery(FULL, "test")), "http://host");
  expect(link.pathname).toBe("/api/dev/logs/export");
  expect(Object.fromEntries(link.searchParams)).toEqual({
    format: "csv",
    environment: "test",
    key_id: "ak_1",
    endpoint: "/api/predict/7",
    status: "4xx",
    source: "playground",
    from: FULL.from,
    to: FULL.to,
    request_id: "req_a&b=c",
  });
});

const row = (id: number) => ({ request_id: `req_${id}`, cursor: `c${id}` }) as LogEntry;
const ids = (rows: readonly LogEntry[]) => rows.map(({ request_id }) => request_id);

test("each poll goes in front, and the next asks after the newest", () => {
  const first = extendTail({ rows: [], cursor: "c1" }, [row(3), row(2)]);
  const second = extendTail(first, [row(5), row(4)]);
  expect(ids(second.rows)).toEqual(["req_5", "req_4", "req_3", "req_2"]);
  expect(second.cursor).toBe("c5");
});

test("a quiet second changes nothing, so nothing is drawn anew", () => {
  const tail = { rows: [row(2)], cursor: "c2" };
  expect(extendTail(tail, [])).toBe(tail);
});

test("a row that both the tail and the pages hold is shown once", () => {
  expect(ids(mergeTail([row(3), row(2)], [row(2), row(1)]))).toEqual(["req_3", "req_2", "req_1"]);
});

test("a tail that runs all day keeps its newest rows only", () => {
  const many = Array.from({ length: TAIL_MAX + 5 }, (_, at) => row(TAIL_MAX + 5 - at));
  const tail = extendTail({ rows: [row(0)], cursor: "c0" }, many);
  expect(tail.rows).toHaveLength(TAIL_MAX);
  expect(tail.rows[0]?.request_id).toBe(`req_${TAIL_MAX + 5}`);
});
