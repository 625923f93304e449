/** Shapes of the playground: what can be called, how, and what came of a call. */
import type { Environment } from "@/lib/portal/types";
import type { JsonObject, JsonValue, Snippets } from "@/lib/types";

export interface PlaygroundEndpoint {
  /** Such as ml.predict:7. */
  name: string;
  kind: string;
  title: string;
  description: string;
  method: string;
  path: string;
  scope: string;
  api_id: number | null;
  status: string;
  price: { credits: number; unit: string };
  /** JSON Schema of one record. */
  input_schema: JsonObject;
  example: JsonValue;
}

export interface Parameter {
  name: string;
  type: string;
  required: boolean;
  description: string;
  constraints: JsonObject;
}

export interface EndpointDocs extends PlaygroundEndpoint {
  parameters: Parameter[];
  request_schema: JsonObject;
  response_schema: JsonObject;
  example_request: JsonValue;
  example_response: JsonValue;
  errors: { status: number; code: string; meaning: string }[];
  /** Calls a minute; `surface` where the kind has a limit of its own. */
  limits: { plan: string; plan_limit: number; surface: number | null };
  snippets: Snippets;
  openapi_url: string;
}

export interface Execution {
  endpoint: string;
  body: JsonValue;
  environment: Environment;
}

/** What the endpoint answered. Its refusals come in here, with their own status. */
export interface ExecutionAnswer {
  status: number;
  reason: string;
  time_ms: number;
  cost: { credits: number };
  headers: Record<string, string>;
  body: JsonValue;
  request_id: string;
  request: { method: string; url: string; body: JsonValue };
  snippets: Snippets;
  environment: Environment;
}
