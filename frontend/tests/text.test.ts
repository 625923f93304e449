/** Small rules that guard addresses, keys and snippets. */
import { expect, test } from "vitest";
import { tokenize } from "@/lib/highlight";
import { loginAddress, safeNext } from "@/lib/navigation";
import { isEmail, isOrigin, splitLines } from "@/lib/validate";

test("after sign-in nobody is led off this site", () => {
  for (const next of ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/login?next=/login", null, ""]) {
    expect(safeNext(next)).toBe("/overview");
  }
  expect(safeNext("/models/7?tab=a")).toBe("/models/7?tab=a");
  expect(loginAddress("/models/7?tab=a")).toBe("/login?next=%2Fmodels%2F7%3Ftab%3Da");
});

test("origins are scheme and host, as browsers send them", () => {
  expect(splitLines(" https://a.example/ \nhttps://a.example,http://b:3000")).toEqual(["https://a.example", "http://b:3000"]);
  expect(["https://a.example", "http://b:3000"].every(isOrigin)).toBe(true);
  expect(["a.example", "https://a.example/path", "ftp://a"].some(isOrigin)).toBe(false);
  expect(isEmail("a@b.co") && !isEmail("a@b")).toBe(true);
});

test("colouring a snippet changes no character of it", () => {
  const snippets = [
    ["curl", `curl -X POST http://h/api/predict/7 \\\n  -H "X-API-Key: k" \\\n  -d '{"a": 1.5, "b": "it\\"s"}'`],
    ["python", 'import requests\n# note\nprint(r.json()["prediction"], True)'],
    ["javascript", "const { a } = await f(`x ${1}`); // done"],
    ["json", '{"a": [1, -2.5e3, null], "b": "c: d"}'],
  ] as const;
  for (const [language, code] of snippets) {
    expect(tokenize(code, language).map((token) => token.text).join("")).toBe(code);
  }
  expect(tokenize('{"a": "b"}', "json").map((token) => token.kind)).toEqual(["plain", "name", "plain", "string", "plain"]);
});
