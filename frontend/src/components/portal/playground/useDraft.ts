"use client";

/** The body being written. Its text is the truth; form and records are read out of it, and written back into it. */
import { useMemo, useState } from "react";
import { type Records, parseBody, pretty, readRecords, writeRecords } from "@/lib/portal/records";
import type { FormPlan } from "@/lib/portal/schemaForm";

export function useDraft(plan: FormPlan | null, first: string) {
  const [text, setText] = useState(first);
  const [at, setAt] = useState(0);
  const body = useMemo(() => parseBody(text), [text]);
  const records = useMemo(() => (plan === null || body === undefined ? null : readRecords(plan, body)), [plan, body]);
  const last = (records?.rows.length ?? 1) - 1;
  return {
    text,
    setText,
    body,
    records,
    /** The record that the form shows. */
    at: Math.min(at, last),
    setAt,
    setRecords: (changed: Records) => setText(pretty(writeRecords(changed))),
  };
}

export type Draft = ReturnType<typeof useDraft>;
