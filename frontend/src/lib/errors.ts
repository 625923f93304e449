/** The one error every client method throws, read from the server's envelope. */
import type { JsonObject, JsonValue } from "@/lib/types";

/** Status 0 with code NETWORK_ERROR means that no answer came. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: JsonObject = {},
    readonly requestId: string | null = null,
  ) {
    super(message);
  }

  static network(): ApiError {
    return new ApiError(0, "NETWORK_ERROR", "The server could not be reached.");
  }

  static fromBody(status: number, body: unknown, requestId: string | null): ApiError {
    const envelope = asObject(body);
    const error = asObject(envelope?.error);
    const id = typeof envelope?.request_id === "string" ? envelope.request_id : requestId;
    const code = typeof error?.code === "string" ? error.code : `HTTP_${status}`;
    const message = typeof error?.message === "string" ? error.message : `The server answered ${status}.`;
    return new ApiError(status, code, message, asObject(error?.details) ?? {}, id);
  }
}

/** The message the server gave for one form field, where a VALIDATION_ERROR names it. */
export function fieldMessage(error: unknown, field: string): string | null {
  if (!(error instanceof ApiError)) return null;
  const fields = error.details.fields;
  if (!Array.isArray(fields)) return null;
  for (const entry of fields) {
    const item = asObject(entry);
    if (item?.field === field && typeof item.message === "string") return item.message;
  }
  return null;
}

/** Strings of a list in an error's details; an absent list is empty. */
export function detailList(error: unknown, name: string): string[] {
  if (!(error instanceof ApiError)) return [];
  const value = error.details[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** One text of an error's details. */
export function detailText(error: unknown, name: string): string | null {
  const value = error instanceof ApiError ? error.details[name] : null;
  return typeof value === "string" ? value : null;
}

function asObject(value: unknown): { [key: string]: JsonValue } | null {
  return isObject(value) ? value : null;
}

function isObject(value: unknown): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
