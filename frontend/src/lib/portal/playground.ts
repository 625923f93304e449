/** Calls of the playground. They run with the session: no key is sent from the page. */
import { getData, request } from "@/lib/http";
import type { EndpointDocs, Execution, ExecutionAnswer, PlaygroundEndpoint } from "@/lib/portal/playgroundTypes";

export const playgroundApi = {
  endpoints: (signal?: AbortSignal) => getData<PlaygroundEndpoint[]>("/api/dev/playground/endpoints", {}, signal),
  docs: (name: string, signal?: AbortSignal) =>
    getData<EndpointDocs>(`/api/dev/playground/docs/${encodeURIComponent(name)}`, {}, signal),
  async execute(execution: Execution): Promise<ExecutionAnswer> {
    return (await request<ExecutionAnswer>("POST", "/api/dev/playground/execute", { body: execution })).data;
  },
};
