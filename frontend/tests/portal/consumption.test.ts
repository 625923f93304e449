/** The meter of credits warns from 80 % on, and says when nothing is left. */
import { expect, test } from "vitest";
import { consumption } from "@/lib/portal/consumption";

test("below 80 % all is well, from there on it is high", () => {
  expect(consumption({ progress: 0.799, current_credits: 10 })).toMatchObject({ state: "fine" });
  expect(consumption({ progress: 0.8, current_credits: 10 })).toEqual({ percent: 80, state: "high" });
});

test("without credits left they are gone, whatever was used", () => {
  expect(consumption({ progress: 1, current_credits: 0 })).toEqual({ percent: 100, state: "gone" });
  expect(consumption({ progress: 0, current_credits: -5 }).state).toBe("gone");
});

test("the bar never leaves its track", () => {
  expect(consumption({ progress: 1.4, current_credits: 1 }).percent).toBe(100);
  expect(consumption({ progress: -0.2, current_credits: 1 }).percent).toBe(0);
});
