import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./Notice.module.css";

interface NoticeProps {
  tone: "bad" | "warn" | "quiet";
  title?: string;
  /** Read out at once: for what just went wrong. */
  urgent?: boolean;
  children: ReactNode;
}

/** A few words the reader must not miss, in place. */
export function Notice({ tone, title, urgent = false, children }: NoticeProps) {
  const Icon = tone === "quiet" ? IconInfoCircle : IconAlertTriangle;
  return (
    <div className={classes.notice} data-tone={tone} role={urgent ? "alert" : undefined}>
      <Icon size={17} stroke={1.7} className={classes.icon} aria-hidden />
      <div>
        {title ? <p className={classes.title}>{title}</p> : null}
        <div>{children}</div>
      </div>
    </div>
  );
}
