"use client";

/**
 * The last part of /keys/ak_live_.. or /monitoring/7; null until mounted.
 * The static page is built once for the placeholder `_`, so reading the address while rendering would not match it.
 */
import { usePathname } from "next/navigation";
import { useSyncExternalStore } from "react";

const never = () => () => undefined;

export function useRouteSegment(): string | null {
  const pathname = usePathname();
  const mounted = useSyncExternalStore(never, () => true, () => false);
  if (!mounted) return null;
  return decodeURIComponent((pathname === "" ? window.location.pathname : pathname).replace(/\/$/, "").split("/").pop() ?? "");
}
