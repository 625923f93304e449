/** Sends a model file with progress: fetch reports none for a request's body, XMLHttpRequest does. */
import { ApiError } from "@/lib/errors";
import { announceSessionLost, csrfHeader, readCookie, refreshSession } from "@/lib/http";
import type { MLModel } from "@/lib/types";

export interface UploadProgress {
  loaded: number;
  total: number;
  bytesPerSecond: number | null;
}

export interface UploadRequest {
  file: File;
  name?: string;
  description?: string;
  sample?: File | null;
}

export interface UploadHooks {
  onProgress?: (progress: UploadProgress) => void;
  /** All bytes are sent; the server now inspects the file. */
  onSent?: () => void;
  signal?: AbortSignal;
}

export async function uploadModel(upload: UploadRequest, hooks: UploadHooks = {}): Promise<MLModel> {
  const tokenBefore = readCookie("csrf_access_token");
  try {
    return await post(upload, hooks);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    if (await refreshSession(tokenBefore)) return post(upload, hooks);
    announceSessionLost();
    throw error;
  }
}

function formOf(upload: UploadRequest): FormData {
  const form = new FormData();
  if (upload.name) form.set("name", upload.name);
  if (upload.description) form.set("description", upload.description);
  form.set("file", upload.file, upload.file.name);
  if (upload.sample) form.set("sample", upload.sample, upload.sample.name);
  return form;
}

function post(upload: UploadRequest, hooks: UploadHooks): Promise<MLModel> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const startedAt = performance.now();
    xhr.open("POST", "/api/models");
    xhr.setRequestHeader("Accept", "application/json");
    for (const [name, value] of Object.entries(csrfHeader("POST"))) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = (event) => {
      const seconds = (performance.now() - startedAt) / 1000;
      const bytesPerSecond = seconds > 0.2 ? event.loaded / seconds : null;
      hooks.onProgress?.({ loaded: event.loaded, total: event.total, bytesPerSecond });
    };
    xhr.upload.onload = () => hooks.onSent?.();
    xhr.onerror = () => reject(ApiError.network());
    xhr.onabort = () => reject(new DOMException("Upload cancelled", "AbortError"));
    xhr.onload = () => {
      const body = parse(xhr.responseText);
      if (xhr.status >= 200 && xhr.status < 300) resolve(body as MLModel);
      else reject(ApiError.fromBody(xhr.status, body, xhr.getResponseHeader("X-Request-ID")));
    };
    hooks.signal?.addEventListener("abort", () => xhr.abort(), { once: true });
    xhr.send(formOf(upload));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
