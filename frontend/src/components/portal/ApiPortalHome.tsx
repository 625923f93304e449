"use client";

import type { ReactNode } from "react";
import { Frame } from "@/components/shell/Frame";
import { ApiOverview } from "./overview/ApiOverview";

/** The portal as one element: the sidebar over its sections and, unless a page is given, the overview. */
export function ApiPortalHome({ children = <ApiOverview /> }: { children?: ReactNode }) {
  return <Frame>{children}</Frame>;
}
