/** Adds up what each worker says of its cache. Pure. */
import type { CacheWorker } from "@/lib/monitoringTypes";

export interface ModelInCache {
  modelId: number;
  name: string;
  /** Workers that hold it now. */
  workers: number;
  /** All copies together. */
  bytes: number;
  hits: number;
  /** Milliseconds, mean of the workers' own loads. */
  loadMs: number;
  /** When the latest copy was loaded. */
  loadedAt: string;
}

export function modelsInCache(workers: readonly CacheWorker[]): ModelInCache[] {
  const byId = new Map<number, ModelInCache>();
  for (const copy of workers.flatMap((worker) => worker.models)) {
    const known = byId.get(copy.model_id);
    const held = known?.workers ?? 0;
    byId.set(copy.model_id, {
      modelId: copy.model_id,
      name: copy.name,
      workers: held + 1,
      bytes: (known?.bytes ?? 0) + copy.bytes,
      hits: (known?.hits ?? 0) + copy.hits,
      loadMs: ((known?.loadMs ?? 0) * held + copy.load_ms) / (held + 1),
      loadedAt: known && known.loadedAt > copy.loaded_at ? known.loadedAt : copy.loaded_at,
    });
  }
  return [...byId.values()].sort((a, b) => b.hits - a.hits || a.modelId - b.modelId);
}
