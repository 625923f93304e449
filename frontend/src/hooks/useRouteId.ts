"use client";

/**
 * The number at the end of /monitoring/7 or /models/7; null until mounted, 0 when it is no number
 * (no row has id 0, so the server's 404 then says what is wrong).
 */
import { useRouteSegment } from "@/hooks/useRouteSegment";

export function useRouteId(): number | null {
  const last = useRouteSegment();
  if (last === null) return null;
  return /^\d+$/.test(last) ? Number(last) : 0;
}
