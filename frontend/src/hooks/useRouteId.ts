"use client";

/**
 * The number at the end of /monitoring/7 or /models/7; null until mounted, 0 when it is no number
 * (no row has id 0, so the server's 404 then says what is wrong).
 * The static page is built once for the placeholder `_`, so reading the address while rendering would not match it.
 */
import { usePathname } from "next/navigation";
import { useSyncExternalStore } from "react";

const never = () => () => undefined;

export function useRouteId(): number | null {
  const pathname = usePathname();
  const mounted = useSyncExternalStore(never, () => true, () => false);
  if (!mounted) return null;
  const last = (pathname === "" ? window.location.pathname : pathname).replace(/\/$/, "").split("/").pop() ?? "";
  return /^\d+$/.test(last) ? Number(last) : 0;
}
