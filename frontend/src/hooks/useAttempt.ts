"use client";

/**
 * Names attempts to change something: the same content sent again has the same name, so that the server makes it once
 * even where its first answer was lost. Changed content is another attempt.
 */
import { useCallback, useRef } from "react";

export function useAttempt(): (content: unknown) => string {
  const last = useRef<{ text: string; name: string } | null>(null);
  return useCallback((content) => {
    const text = JSON.stringify(content);
    if (last.current?.text !== text) last.current = { text, name: newName() };
    return last.current.name;
  }, []);
}

function newName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
