/** What a model's page says of its compiled form: never faster, closer or more certain than was measured. */
import { expect, test } from "vitest";
import { createFormatters } from "@/lib/format";
import { type Compiled, type Timing, decades, differenceText, isCompiledAtExport, seconds, servedBy, speedUp, withRuntime } from "@/lib/serving";

const timing = (rows: number, plain: number, compiled: number): Timing => ({ rows, scikit_learn_us: plain, quickest_us: plain / 2, compiled_us: compiled });
const found = (changes: Partial<Compiled>): Compiled => ({
  is_used: true,
  reason: null,
  rechecked: null,
  engine: "numpy",
  way: "linear, softmax",
  tolerance: 1e-9,
  proof: { rows: 10_000, unclear: 0, labels_different: 0, largest_difference: 2.2e-16 },
  timings: [timing(1, 1200, 16)],
  rows_max: null,
  candidates: [],
  file_bytes: 100,
  seconds: 1,
  ...changes,
});
const refused = found({ is_used: false, reason: "scikit-learn itself is as fast" });
const stale = found({ is_used: false });

test("what answers is told apart from why it does", () => {
  expect(servedBy({ runtime: "auto", compiled: found({}) })).toBe("compiled");
  expect(servedBy({ runtime: "scikit-learn", compiled: stale })).toBe("chosen");
  expect(servedBy({ runtime: "auto", compiled: stale })).toBe("outdated");
  expect(servedBy({ runtime: "auto", compiled: null })).toBe("untried");
  // The choice changes nothing where there is no form, so the reason is what counts.
  expect(servedBy({ runtime: "scikit-learn", compiled: refused })).toBe("refused");
});

test("a choice shows at once, and never promises a compiled form that there is not", () => {
  const off = withRuntime({ runtime: "auto", compiled: found({}) }, "scikit-learn");
  expect(servedBy(off)).toBe("chosen");
  expect(servedBy(withRuntime(off, "auto"))).toBe("compiled");
  expect(servedBy(withRuntime({ runtime: "scikit-learn", compiled: refused }, "auto"))).toBe("refused");
  expect(withRuntime({ runtime: "auto", compiled: null }, "scikit-learn")).toEqual({ runtime: "scikit-learn", compiled: null });
});

test("an export announces compiling only where it will compile", () => {
  expect(isCompiledAtExport({ runtime: "auto", compiled: null })).toBe(true);
  expect(isCompiledAtExport({ runtime: "scikit-learn", compiled: null })).toBe(true);
  expect(isCompiledAtExport({ runtime: "auto", compiled: stale })).toBe(true);
  expect(isCompiledAtExport({ runtime: "auto", compiled: found({}) })).toBe(false);
  expect(isCompiledAtExport({ runtime: "auto", compiled: refused })).toBe(false);
});

test("the speed-up is of one row, cut and never rounded up, and absent where there is none", () => {
  expect(speedUp([timing(1, 1199, 16), timing(10, 5000, 1)])).toBe(74);
  expect(speedUp([timing(1, 99.9, 10)])).toBe(9.9);
  expect(speedUp([timing(1, 26.9, 10)])).toBe(2.6);
  expect(speedUp([timing(1, 10, 10)])).toBeNull();
  expect(speedUp([timing(1, 10.5, 10)])).toBeNull();
  expect(speedUp([timing(1, 5, 10)])).toBeNull();
  expect(speedUp([timing(10, 1000, 10)])).toBeNull();
  expect(speedUp([timing(1, 1000, 0)])).toBeNull();
  expect(speedUp([])).toBeNull();
});

test("microseconds read in the unit that people count in", () => {
  const en = createFormatters("en-GB");
  expect(en.duration(seconds(8.34))).toMatch(/^8\.34\s[µμ]s$/u);
  expect(en.duration(seconds(1199))).toBe("1.2 ms");
  expect(en.duration(seconds(2_500_000))).toMatch(/^2\.5 s/);
});

test("a largest difference never reads smaller than it is", () => {
  expect(differenceText(2.22e-16, "en")).toBe("2.3e-16");
  expect(differenceText(2e-16, "en")).toBe("2e-16");
  expect(differenceText(9.99e-8, "en")).toBe("1e-7");
  expect(differenceText(1e-9, "en")).toBe("1e-9");
  expect(differenceText(2.22e-16, "fr")).toBe("2,3e-16");
});

test("the ticks of a logarithmic axis enclose what was measured", () => {
  expect(decades([1, 10, 100, 1000, 10_000])).toEqual([1, 10, 100, 1000, 10_000]);
  expect(decades([8.3, 1200])).toEqual([1, 10, 100, 1000, 10_000]);
  expect(decades([0.4, 0.6])).toEqual([0.1, 1]);
  expect(decades([5, 5])).toEqual([1, 10]);
  expect(decades([10])).toEqual([10, 100]);
  expect(decades([0])).toEqual([]);
});
