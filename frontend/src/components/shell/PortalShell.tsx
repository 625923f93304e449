"use client";

/** The frame around every signed-in page; sign-in itself stands alone. Sends visitors without a session to /login. */
import { useQueryClient } from "@tanstack/react-query";
import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { onSessionLost } from "@/lib/http";
import { loginAddress } from "@/lib/navigation";
import { Frame } from "./Frame";

/** Everything else stands alone: sign-in, the home page's own layout, and addresses that lead nowhere, which need no session. */
const FRAMED = /^\/(overview|models|monitoring|keys|apps|usage|logs|playground|credits|billing|audit|projects|settings|admin)(\/|$)/;

export function PortalShell({ children }: { children: ReactNode }) {
  const pathname = usePathname();
  const router = useRouter();
  const client = useQueryClient();
  useEffect(
    () =>
      onSessionLost(() => {
        if (window.location.pathname === "/login") return;
        client.clear();
        router.replace(loginAddress(window.location.pathname + window.location.search));
      }),
    [router, client],
  );
  if (FRAMED.test(pathname)) return <Frame>{children}</Frame>;
  return pathname === "/" ? children : <main id="content">{children}</main>;
}
