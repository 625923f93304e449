"use client";

/**
 * Reads and writes the search part of the address, so that filters, tabs and ranges survive a reload and can be sent.
 * Goes through the history directly: the router would ask the server for the page again. Needs a Suspense boundary above.
 */
import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

export type ParamChanges = Record<string, string | null | undefined>;

export function useUrlParams() {
  const params = useSearchParams();
  const setParams = useCallback((changes: ParamChanges, how: "replace" | "push" = "replace") => {
    const url = new URL(window.location.href);
    for (const [name, value] of Object.entries(changes)) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    const address = url.pathname + url.search + url.hash;
    if (how === "push") window.history.pushState(null, "", address);
    else window.history.replaceState(null, "", address);
  }, []);
  return { params, setParams };
}
