"use client";

/** Copies text and says so for a moment. Works without the clipboard interface too, which plain http does not offer. */
import { useTimeout } from "@mantine/hooks";
import { useState } from "react";

export function useClipboardCopy(onCopied?: () => void) {
  const [copied, setCopied] = useState(false);
  const { start } = useTimeout(() => setCopied(false), 1_600);
  const copy = async (value: string) => {
    if (!(await writeText(value))) return;
    setCopied(true);
    start();
    onCopied?.();
  };
  return { copied, copy };
}

async function writeText(value: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    return copyThroughSelection(value);
  }
}

/** The field joins the focused dialog: a modal's focus trap would take the selection away from the body's end. */
function copyThroughSelection(value: string): boolean {
  const field = document.createElement("textarea");
  const active = document.activeElement;
  field.value = value;
  field.style.position = "fixed";
  field.style.opacity = "0";
  (active?.closest("[role=dialog]") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (active instanceof HTMLElement) active.focus();
  return done;
}
