import type { ReactNode } from "react";
import classes from "./StatGrid.module.css";

export interface Stat {
  label: string;
  value: ReactNode;
  /** A second figure that explains the first. */
  detail?: ReactNode;
  tone?: "bad" | "warn";
}

/** Figures side by side. A description list: each figure is read with its name. */
export function StatGrid({ stats, label, busy = false }: { stats: readonly Stat[]; label: string; busy?: boolean }) {
  return (
    <dl className={classes.grid} aria-label={label} data-busy={busy}>
      {stats.map(({ label: name, value, detail, tone }) => (
        <div key={name} className={classes.stat}>
          <dt className={classes.label}>{name}</dt>
          <dd className={classes.value} data-tone={tone}>
            {value}
          </dd>
          {detail ? <dd className={classes.detail}>{detail}</dd> : null}
        </div>
      ))}
    </dl>
  );
}
