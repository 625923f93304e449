/** The switch between live and test: kept, shared, and harmless where the browser keeps nothing. */
import { beforeEach, expect, test, vi } from "vitest";
import { ENVIRONMENT_KEY, chooseEnvironment, currentEnvironment, subscribeEnvironment } from "@/lib/environment";

beforeEach(() => {
  chooseEnvironment("live");
  localStorage.clear();
});

test("a newcomer sees live figures; the choice is kept in the browser", () => {
  expect(currentEnvironment()).toBe("live");
  chooseEnvironment("test");
  expect(currentEnvironment()).toBe("test");
  expect(localStorage.getItem(ENVIRONMENT_KEY)).toBe("test");
});

test("what somebody else wrote there is not believed", () => {
  localStorage.setItem(ENVIRONMENT_KEY, "production");
  expect(currentEnvironment()).toBe("live");
});

test("every listener hears a change, of this tab and of others, until it leaves", () => {
  const heard = vi.fn();
  const leave = subscribeEnvironment(heard);
  chooseEnvironment("test");
  window.dispatchEvent(new Event("storage"));
  expect(heard).toHaveBeenCalledTimes(2);
  leave();
  chooseEnvironment("live");
  expect(heard).toHaveBeenCalledTimes(2);
});

test("without storage the choice lasts as long as the page", () => {
  const refuse = () => {
    throw new DOMException("refused", "SecurityError");
  };
  vi.stubGlobal("localStorage", { getItem: refuse, setItem: refuse });
  chooseEnvironment("test");
  expect(currentEnvironment()).toBe("test");
  vi.unstubAllGlobals();
});
