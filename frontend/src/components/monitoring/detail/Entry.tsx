"use client";

/** The pieces that drawers about one entry of a log are made of: facts in pairs, values to copy, sections and bodies. */
import { IconEyeOff } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { CodeBlock } from "@/components/ui/CodeBlock";
import { CopyButton } from "@/components/ui/CopyButton";
import { useI18n } from "@/i18n/I18nProvider";
import { pretty } from "@/lib/portal/records";
import { countRedacted } from "@/lib/portal/redaction";
import type { JsonValue } from "@/lib/types";
import classes from "./Entry.module.css";
import { StatusCode, codeText } from "./StatusCode";

export function Facts({ children }: { children: ReactNode }) {
  return <dl className={classes.facts}>{children}</dl>;
}

export function Fact({ label, wide = false, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? classes.full : undefined}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Pieces of one value on a line. */
export function Together({ children }: { children: ReactNode }) {
  return <span className={classes.together}>{children}</span>;
}

export function Copyable({ value, what }: { value: string; what: string }) {
  return (
    <Together>
      <code className="mono">{value}</code>
      <CopyButton value={value} what={what} size="xs" />
    </Together>
  );
}

/** The code and what it means. */
export function Status({ code }: { code: number }) {
  const { t } = useI18n();
  return (
    <Together>
      <StatusCode code={code} /> {codeText(code, t)}
    </Together>
  );
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/**
 * A body as it was logged. Text stays text: one that was no JSON, or that was cut, is shown as it came.
 * Says how many values were hidden: what one reads is not all that was sent.
 */
export function Body({ title, body, absent }: { title: string; body: JsonValue; absent: string }) {
  const { tn } = useI18n();
  const hidden = countRedacted(body);
  return (
    <Section title={title}>
      {hidden > 0 ? (
        <p className={classes.redacted}>
          <IconEyeOff size={14} stroke={1.7} aria-hidden />
          {tn("logs.redacted", hidden)}
        </p>
      ) : null}
      {body === null ? <p className={classes.absent}>{absent}</p> : <CodeBlock code={typeof body === "string" ? body : pretty(body)} language="json" label={title} maxHeight={320} />}
    </Section>
  );
}
