/** Figures read as the reader writes them, and never claim what is not known. */
import { expect, test } from "vitest";
import { DASH, createFormatters } from "@/lib/format";

const en = createFormatters("en-GB");
const fr = createFormatters("fr-FR");

test("what is unknown is a dash, never a zero", () => {
  expect([en.integer(null), en.percent(null), en.duration(undefined), en.bytes(null), en.dateTime(null), en.relative("no date")]).toEqual(Array(6).fill(DASH));
  expect(en.integer(0)).toBe("0");
});

test("durations choose their unit and keep three significant digits", () => {
  expect(en.duration(0.00091)).toMatch(/^910\s[µμ]s$/u);
  expect(en.duration(0.012345)).toBe("12.3 ms");
  expect(en.duration(0.5)).toBe("500 ms");
  expect(en.duration(2.5)).toMatch(/^2\.5 s/);
});

test("a rate next to all or nothing is not rounded to it", () => {
  expect(en.percent(99.999)).toBe("99.9%");
  expect(en.percent(0.001)).toBe("0.1%");
  expect(en.percent(100)).toBe("100%");
  expect(en.percent(0)).toBe("0%");
});

test("sizes step by thousands and never show four digits", () => {
  expect(en.bytes(999)).toContain("999");
  expect(en.bytes(1_842_113)).toBe("1.84 MB");
  expect(en.bytes(48_221_907)).toBe("48.2 MB");
  expect(en.bytes(999_999)).toBe("1 MB");
  expect(en.megabytes(231.4)).toBe("231 MB");
});

test("French readers get commas, spaces and their own units", () => {
  expect(fr.decimal(8684.8)).toMatch(/^8\s684,8$/u);
  expect(fr.bytes(1_842_113)).toMatch(/^1,84\sMo$/u);
  expect(fr.percent(12.5)).toMatch(/^12,5\s%$/u);
});

test("moments are told from now, and a clock that runs behind says now", () => {
  const now = Date.UTC(2026, 0, 2, 12);
  expect(en.relative(now - 3 * 60_000, now)).toBe("3 minutes ago");
  expect(en.relative(now - 26 * 3_600_000, now)).toBe("yesterday");
  expect(en.relative(now + 2_000, now)).toBe("now");
});
