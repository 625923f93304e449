import type { ReactNode } from "react";
import classes from "./Panel.module.css";

interface PanelProps {
  title?: ReactNode;
  /** One line under the title. */
  hint?: ReactNode;
  /** Right of the title: a switch, a link, a count. */
  aside?: ReactNode;
  /** Children bring their own padding: a table to the edge, for example. */
  flush?: boolean;
  /** A panel may be its heading alone. */
  children?: ReactNode;
}

/** A titled surface: the unit of which pages are made. */
export function Panel({ title, hint, aside, flush = false, children }: PanelProps) {
  return (
    <section className={classes.panel}>
      {title !== undefined || aside !== undefined ? (
        <header className={classes.head}>
          <div className={classes.words}>
            <h2 className={classes.title}>{title}</h2>
            {hint ? <p className={classes.hint}>{hint}</p> : null}
          </div>
          {aside}
        </header>
      ) : null}
      {children ? <div className={flush ? classes.flush : classes.body}>{children}</div> : null}
    </section>
  );
}
