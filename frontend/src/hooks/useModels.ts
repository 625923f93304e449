"use client";

/** Models: the paged list, one model, upload and deletion. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api";
import { portalKeys } from "@/lib/portal/queryKeys";
import { queryKeys } from "@/lib/queryKeys";
import { withRuntime } from "@/lib/serving";
import type { MLModel } from "@/lib/types";
import type { UploadHooks, UploadRequest } from "@/lib/upload";

export function useModels() {
  return useInfiniteQuery({
    queryKey: queryKeys.modelList,
    queryFn: ({ pageParam, signal }) => api.models.list({ limit: 100, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

export function useModel(modelId: number | null) {
  return useQuery({
    queryKey: queryKeys.model(modelId ?? 0),
    queryFn: ({ signal }) => api.models.get(modelId ?? 0, signal),
    enabled: modelId !== null,
  });
}

export function useUploadModel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { upload: UploadRequest; hooks: UploadHooks }) => api.models.upload(input.upload, input.hooks),
    onSuccess: (model) => {
      client.setQueryData(queryKeys.model(model.id), model);
      return client.invalidateQueries({ queryKey: queryKeys.modelList });
    },
  });
}

/** A small model that is ready to export, for whoever has none at hand. */
export function useAddDemoModel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.models.addDemo(),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.modelList }),
  });
}

/** Who answers for a model. Shown at once, taken back where the server refuses. */
export function useChooseRuntime(modelId: number) {
  const client = useQueryClient();
  const key = queryKeys.model(modelId);
  return useMutation({
    mutationFn: (runtime: MLModel["runtime"]) => api.models.chooseRuntime(modelId, runtime),
    onMutate: async (runtime) => {
      await client.cancelQueries({ queryKey: key });
      const before = client.getQueryData<MLModel>(key);
      if (before) client.setQueryData(key, withRuntime(before, runtime));
      return { before };
    },
    onError: (_error, _runtime, kept) => client.setQueryData(key, kept?.before),
    onSuccess: (model) => {
      client.setQueryData(key, model);
      void client.invalidateQueries({ queryKey: queryKeys.modelList });
    },
  });
}

export function useDeleteModel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { modelId: number; force: boolean }) => api.models.delete(input.modelId, input.force),
    onSuccess: (_, { modelId }) => {
      client.removeQueries({ queryKey: queryKeys.model(modelId) });
      void client.invalidateQueries({ queryKey: queryKeys.modelList });
      void client.invalidateQueries({ queryKey: queryKeys.exports });
      void client.invalidateQueries({ queryKey: queryKeys.monitoring });
      void client.invalidateQueries({ queryKey: portalKeys.all });
    },
  });
}
