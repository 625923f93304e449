"use client";

/** The chosen half of the portal, live or test, and the way to change it. Pages ask for this half only. */
import { useSyncExternalStore } from "react";
import { chooseEnvironment, currentEnvironment, subscribeEnvironment } from "@/lib/environment";
import type { Environment } from "@/lib/portal/types";

export function useEnvironment(): { environment: Environment; isTest: boolean; setEnvironment: (environment: Environment) => void } {
  const environment = useSyncExternalStore<Environment>(subscribeEnvironment, currentEnvironment, () => "live");
  return { environment, isTest: environment === "test", setEnvironment: chooseEnvironment };
}
