"use client";

/** One upload from chosen file to inspected model. What was entered survives a refusal, so that it can be changed and sent again. */
import { useRef, useState } from "react";
import { useUploadModel } from "@/hooks/useModels";
import { ApiError } from "@/lib/errors";
import type { MLModel } from "@/lib/types";
import type { UploadProgress } from "@/lib/upload";

export interface UploadDraft {
  file: File | null;
  name: string;
  description: string;
  sample: File | null;
}

export type UploadPhase = "choosing" | "sending" | "inspecting" | "done" | "refused" | "failed";

export interface UploadFlow {
  phase: UploadPhase;
  draft: UploadDraft;
  progress: UploadProgress | null;
  model: MLModel | null;
  error: Error | null;
  change: (changes: Partial<UploadDraft>) => void;
  send: () => void;
  cancel: () => void;
  /** Back to the form with what was entered. */
  edit: () => void;
  reset: () => void;
}

const EMPTY: UploadDraft = { file: null, name: "", description: "", sample: null };

export function useUploadFlow(): UploadFlow {
  const [draft, setDraft] = useState<UploadDraft>(EMPTY);
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const [sent, setSent] = useState(false);
  const abort = useRef<AbortController | null>(null);
  const mutation = useUploadModel();
  const edit = () => {
    mutation.reset();
    setProgress(null);
    setSent(false);
  };
  return {
    draft,
    progress,
    phase: phaseOf(mutation, sent),
    model: mutation.data ?? null,
    error: mutation.error,
    change: (changes) => setDraft((current) => ({ ...current, ...changes })),
    send: () => {
      if (!draft.file) return;
      setSent(false);
      setProgress({ loaded: 0, total: draft.file.size, bytesPerSecond: null });
      abort.current = new AbortController();
      mutation.mutate({
        upload: { file: draft.file, name: draft.name.trim(), description: draft.description.trim(), sample: draft.sample },
        hooks: { onProgress: setProgress, onSent: () => setSent(true), signal: abort.current.signal },
      });
    },
    cancel: () => {
      abort.current?.abort();
      edit();
    },
    edit,
    reset: () => {
      setDraft(EMPTY);
      edit();
    },
  };
}

function phaseOf(mutation: { isPending: boolean; isSuccess: boolean; error: Error | null }, sent: boolean): UploadPhase {
  if (mutation.isPending) return sent ? "inspecting" : "sending";
  if (mutation.isSuccess) return "done";
  if (!mutation.error || mutation.error.name === "AbortError") return "choosing";
  return mutation.error instanceof ApiError && mutation.error.code === "ARTEFACT_REFUSED" ? "refused" : "failed";
}
