/** Both languages say everything, with the same placeholders. Missing keys are a type error already. */
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { createI18n } from "@/i18n/I18nProvider";
import { en, fill, lookup } from "@/i18n/dictionary";
import { fr } from "@/i18n/fr";

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
const keysOf = (dictionary: object) => Object.entries(dictionary).flatMap(([namespace, texts]) => Object.keys(texts as object).map((key) => `${namespace}.${key}`));
const keys = keysOf(en);

test("every text exists in both languages, is not empty and has the same placeholders", () => {
  for (const key of keys) {
    const [english, french] = [lookup(en, key), lookup(fr, key)];
    expect(french.trim(), key).not.toBe("");
    expect(french, key).not.toBe(key);
    expect(placeholders(french), key).toEqual(placeholders(english));
  }
});

test("French has no key that English lacks", () => {
  expect(keysOf(fr).filter((key) => !keys.includes(key))).toEqual([]);
});

test("French punctuation keeps to its word: no breaking space before ; : ! ?", () => {
  expect(keys.filter((key) => / [;:!?»]|« /.test(lookup(fr, key)))).toEqual([]);
});

test("every plural has both forms", () => {
  const bases = new Set(keys.filter((key) => /_(one|other)$/.test(key)).map((key) => key.replace(/_(one|other)$/, "")));
  for (const base of bases) expect(keys).toEqual(expect.arrayContaining([`${base}_one`, `${base}_other`]));
});

test("counts choose the form of their language: French has none in the singular", () => {
  expect(createI18n("en", "en-GB").tn("models.count", 0)).toBe("0 models");
  expect(createI18n("fr", "fr-FR").tn("models.count", 0)).toBe("0 modèle");
  expect(createI18n("en", "en-GB").tn("models.count", 1234)).toBe("1,234 models");
});

test("a placeholder without a value stays visible, and a value is never read as a pattern", () => {
  expect(fill("{a} of {b}", { a: "$&" })).toBe("$& of {b}");
});

test("every text is used somewhere, so that nobody translates what nobody reads", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name) && !name.startsWith("i18n") && !name.endsWith(".gen.ts"));
  const source = files.map((name) => readFileSync(`src/${name}`, "utf8")).join("\n");
  // A text is named in full, by its name without the plural's form, or by its start where the rest is filled in.
  const named = new Set(source.match(/\b[a-zA-Z]+\.\w+/g));
  const starts = new Set([...source.matchAll(/\b([a-zA-Z]+\.\w+_)\$\{/g)].map(([, start]) => start));
  const isUsed = (key: string) => named.has(key) || named.has(key.replace(/_(one|other)$/, "")) || [...key.matchAll(/_/g)].some(({ index }) => starts.has(key.slice(0, index + 1)));
  expect(keys.filter((key) => !isUsed(key))).toEqual([]);
});
