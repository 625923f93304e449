import { IconChevronLeft } from "@tabler/icons-react";
import Link from "next/link";
import type { ReactNode } from "react";
import classes from "./BackLink.module.css";

/** Above a page's title: the way back to the list it is of. */
export function BackLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className={classes.back}>
      <IconChevronLeft size={15} stroke={1.8} aria-hidden />
      {children}
    </Link>
  );
}
