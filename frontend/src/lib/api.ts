/**
 * Every call the pages make, one method a route. Throws ApiError; holds no state.
 * Hooks in src/hooks wrap these with TanStack Query: pages use the hooks.
 */
import { getData as get, getPage, request } from "@/lib/http";
import type {
  APIRequest,
  APIStats,
  APISummary,
  APIsQuery,
  CacheStatus,
  HourMetric,
  MonitoringSummary,
  RequestsQuery,
} from "@/lib/monitoringTypes";
import type { APIDetails, APIStatus, ExportOptions, ExportedAPI, Me, MLModel, NewExport, NewKey, Session, TimeRange } from "@/lib/types";
import { uploadModel } from "@/lib/upload";

export const api = {
  // Session
  async login(email: string, password: string): Promise<Session> {
    return (await request<Session>("POST", "/api/v1/auth/login", { body: { email, password }, anonymous: true })).data;
  },
  async register(email: string, password: string, name: string): Promise<Session> {
    const body = { email, password, name };
    return (await request<Session>("POST", "/api/v1/auth/register", { body, anonymous: true })).data;
  },
  async logout(): Promise<void> {
    await request<void>("POST", "/api/v1/auth/logout", { anonymous: true });
  },
  me: (signal?: AbortSignal) => get<Me>("/api/v1/users/me", {}, signal),
  async updateMe(changes: { name?: string; avatar_url?: string | null }): Promise<Me> {
    return (await request<Me>("PATCH", "/api/v1/users/me", { body: changes })).data;
  },

  // Models
  models: {
    list: (query: { limit?: number; cursor?: string } = {}, signal?: AbortSignal) =>
      getPage<MLModel>("/api/models", query, signal),
    get: (modelId: number, signal?: AbortSignal) => get<MLModel>(`/api/models/${modelId}`, {}, signal),
    upload: uploadModel,
    async addDemo(): Promise<MLModel> {
      return (await request<MLModel>("POST", "/api/models/demo")).data;
    },
    async chooseRuntime(modelId: number, runtime: MLModel["runtime"]): Promise<MLModel> {
      return (await request<MLModel>("PATCH", `/api/models/${modelId}`, { body: { runtime } })).data;
    },
    async delete(modelId: number, force = false): Promise<void> {
      await request<void>("DELETE", `/api/models/${modelId}`, { query: force ? { force: 1 } : {} });
    },
  },

  // Export
  async exportModel(modelId: number, options: ExportOptions = {}): Promise<NewExport> {
    return (await request<NewExport>("POST", `/api/export/${modelId}`, { body: options })).data;
  },
  getExportedAPIs: (signal?: AbortSignal) => get<ExportedAPI[]>("/api/exports", {}, signal),
  getAPIDetails: (apiId: number, signal?: AbortSignal) => get<APIDetails>(`/api/exports/${apiId}`, {}, signal),

  // Management
  async updateAPIStatus(apiId: number, status: APIStatus): Promise<ExportedAPI> {
    return (await request<ExportedAPI>("PUT", `/api/exports/${apiId}/status`, { body: { status } })).data;
  },
  async updateAPI(apiId: number, changes: { name?: string; allowed_origins?: string[] }): Promise<ExportedAPI> {
    return (await request<ExportedAPI>("PATCH", `/api/exports/${apiId}`, { body: changes })).data;
  },
  async regenerateAPIKey(apiId: number, graceSeconds = 0): Promise<NewKey> {
    const body = { grace_seconds: graceSeconds };
    return (await request<NewKey>("POST", `/api/exports/${apiId}/regenerate-key`, { body })).data;
  },
  async deleteAPI(apiId: number): Promise<void> {
    await request<void>("DELETE", `/api/exports/${apiId}`);
  },

  // Monitoring
  getMonitoringSummary: (timeRange: TimeRange, signal?: AbortSignal) =>
    get<MonitoringSummary>("/api/monitoring/summary", { time_range: timeRange }, signal),
  getMonitoringAPIs: (query: APIsQuery = {}, signal?: AbortSignal) =>
    getPage<APISummary>("/api/monitoring/apis", query, signal),
  getAPIStats: (apiId: number, timeRange: TimeRange, signal?: AbortSignal) =>
    get<APIStats>(`/api/monitoring/apis/${apiId}/stats`, { time_range: timeRange }, signal),
  async getAPIRequests(apiId: number, limit: number, signal?: AbortSignal): Promise<APIRequest[]> {
    return (await api.getAPIRequestsPage(apiId, { limit }, signal)).items;
  },
  getAPIRequestsPage: (apiId: number, query: RequestsQuery = {}, signal?: AbortSignal) =>
    getPage<APIRequest>(`/api/monitoring/apis/${apiId}/requests`, query, signal),
  getAPIMetrics: (apiId: number, timeRange: TimeRange, signal?: AbortSignal) =>
    get<HourMetric[]>(`/api/monitoring/apis/${apiId}/metrics`, { time_range: timeRange }, signal),
  getCache: (signal?: AbortSignal) => get<CacheStatus>("/api/monitoring/cache", {}, signal),
};
