/** The trail in words: names before ids, and no filter the server would refuse. */
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { ACTIONS, auditQuery, knownAction, readAuditFilters, targetText } from "@/lib/portal/auditActions";

const names = new Map([["ak_1", "Backend"]]);

test("what was acted on is called by its name, else by its ids, and never by the reader's own account", () => {
  expect(targetText({ target: { key_id: "ak_1" }, details: { name: "Old name" } }, names)).toBe("Backend");
  expect(targetText({ target: { key_id: "ak_2" }, details: { name: "Gone key" } }, names)).toBe("Gone key");
  expect(targetText({ target: { project_id: "p1", account_id: "a1" }, details: {} }, names)).toBe("p1");
  expect(targetText({ target: { account_id: "a1", session_id: "s" }, details: {} }, names)).toBe("");
  expect(targetText({ target: { api_id: 7 }, details: {} }, names)).toBe("7");
});

test("an action this page does not know yet is still shown and still filtered by", () => {
  expect(knownAction("key.melted")).toBeNull();
  expect(readAuditFilters(new URLSearchParams("action=key.melted")).action).toBe("key.melted");
});

test("what the server would refuse is left out of the query", () => {
  const filters = readAuditFilters(new URLSearchParams("action=DROP TABLE&key=&from=soon&to=2026-11-22T00:00:00Z"));
  expect(auditQuery(filters)).toEqual({ action: undefined, key_id: undefined, from: undefined, to: "2026-11-22T00:00:00.000Z" });
});

test("the actions that can be filtered by are those the server records", () => {
  const folder = "../backend/services";
  const source = readdirSync(folder).filter((name) => name.endsWith(".py")).map((name) => readFileSync(`${folder}/${name}`, "utf8")).join("\n");
  expect(ACTIONS.filter((action) => !source.includes(`"${action}"`))).toEqual([]);
  const recorded = [...source.matchAll(/\b(?:_?record|_note)\(\s*(?:session, )?"([a-z]+\.[a-z_]+)"/g)].map(([, action]) => action ?? "");
  expect(recorded.length).toBeGreaterThan(ACTIONS.length / 2);
  expect(recorded.filter((action) => knownAction(action) === null)).toEqual([]);
});
