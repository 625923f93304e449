"use client";

import { CopyButton } from "./CopyButton";
import classes from "./CopyField.module.css";

interface CopyFieldProps {
  label: string;
  value: string;
  /** What is shown where it differs from what is copied: a masked key. */
  shown?: string;
  onCopied?: () => void;
}

/** One line of text to take away: an address, a key, a digest. */
export function CopyField({ label, value, shown, onCopied }: CopyFieldProps) {
  return (
    <div className={classes.field} role="group" aria-label={label}>
      <span className={classes.label}>{label}</span>
      <div className={classes.box}>
        <code className={`mono ${classes.value}`}>{shown ?? value}</code>
        <CopyButton value={value} what={label} onCopied={onCopied} />
      </div>
    </div>
  );
}
