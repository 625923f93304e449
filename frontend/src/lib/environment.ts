/**
 * Which half of the portal the reader looks at: live calls or test calls. A tiny store outside React, kept in this
 * browser and shared by its tabs.
 */
import type { Environment } from "@/lib/portal/types";

export const ENVIRONMENT_KEY = "modelport-environment";
const listeners = new Set<() => void>();

/** Storage can be refused (private mode): the choice then lasts until the page is left. */
let sessionChoice: Environment = "live";

export function currentEnvironment(): Environment {
  try {
    const stored = localStorage.getItem(ENVIRONMENT_KEY);
    return stored === "live" || stored === "test" ? stored : sessionChoice;
  } catch {
    return sessionChoice;
  }
}

export function chooseEnvironment(environment: Environment): void {
  sessionChoice = environment;
  try {
    localStorage.setItem(ENVIRONMENT_KEY, environment);
  } catch {
    // Kept in memory above.
  }
  listeners.forEach((listener) => listener());
}

export function subscribeEnvironment(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}
