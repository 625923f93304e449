"use client";

/**
 * One export from click to stored key. `start` exports at once with defaults; `ask` opens the options first.
 * The clear key lives in this hook's mutation only, until `close`.
 */
import { useCallback, useState } from "react";
import { useExportModel } from "@/hooks/useExports";
import type { ExportOptions, MLModel, NewExport } from "@/lib/types";

export type ExportableModel = Pick<MLModel, "id" | "name" | "runtime" | "compiled">;

export interface ExportFlow {
  model: ExportableModel | null;
  phase: "closed" | "asking" | "busy" | "done";
  result: NewExport | null;
  error: Error | null;
  start: (model: ExportableModel) => void;
  ask: (model: ExportableModel) => void;
  submit: (options: ExportOptions) => void;
  close: () => void;
}

/** The two ways into an export; they never change, so that lists may keep them. */
export type ExportActions = Pick<ExportFlow, "start" | "ask">;

export function useExportFlow(): ExportFlow {
  const [model, setModel] = useState<ExportableModel | null>(null);
  const mutation = useExportModel();
  const { mutate, reset } = mutation;
  const start = useCallback(
    (chosen: ExportableModel) => {
      setModel(chosen);
      mutate({ modelId: chosen.id });
    },
    [mutate],
  );
  const ask = useCallback(
    (chosen: ExportableModel) => {
      reset();
      setModel(chosen);
    },
    [reset],
  );
  return {
    model,
    phase: phaseOf(model, mutation.isPending, mutation.isSuccess),
    result: mutation.data ?? null,
    error: mutation.error,
    start,
    ask,
    submit: (options) => {
      if (model) mutate({ modelId: model.id, options });
    },
    close: () => {
      setModel(null);
      reset();
    },
  };
}

function phaseOf(model: ExportableModel | null, pending: boolean, success: boolean): ExportFlow["phase"] {
  if (!model) return "closed";
  if (pending) return "busy";
  return success ? "done" : "asking";
}
