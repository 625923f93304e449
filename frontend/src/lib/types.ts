/**
 * Shapes of the HTTP interface, in one place so that the generated schema can take over name by name.
 * Times are RFC 3339 UTC, response times seconds, rates percent 0..100, memory MB; null means unknown.
 */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

export interface SessionUser {
  id: number;
  email: string;
  name: string;
  role: string;
}

export interface Session {
  access_token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
  user: SessionUser;
}

export interface Me extends SessionUser {
  plan: string;
  avatar_url: string | null;
  created_at: string;
}

export type Task = "classification" | "regression" | "clustering" | "outlier_detection" | "transformation";
export type APIStatus = "active" | "inactive" | "error";
export type TimeRange = "1h" | "24h" | "7d" | "30d";

export interface ContractColumn {
  name: string;
  type: "number" | "integer" | "boolean" | "string";
  categories: JsonValue[] | null;
  minimum: number | null;
  maximum: number | null;
  nullable: boolean;
  example: JsonValue;
}

export interface Contract {
  named: boolean;
  columns: ContractColumn[];
  task: Task;
  classes: JsonValue[] | null;
  outputs: number;
  example: JsonValue;
}

export interface ModelExport {
  api_id: number;
  name: string;
  status: APIStatus;
}

export interface MLModel {
  id: number;
  name: string;
  description: string | null;
  framework: string;
  task: Task;
  estimator: string;
  pipeline: string[];
  file_name: string;
  file_bytes: number;
  sha256: string;
  sklearn_version: string | null;
  warnings: string[];
  input_schema: JsonObject;
  output_schema: JsonObject;
  contract: Contract;
  created_at: string;
  owner: { id: number; email: string };
  exports: ModelExport[];
}

export interface ExportedAPI {
  id: number;
  name: string;
  model_id: number;
  model_name: string;
  task: Task;
  api_endpoint: string;
  api_url: string;
  docs_url: string;
  openapi_url: string;
  api_key_masked: string;
  key_id: string;
  status: APIStatus;
  created_at: string;
  last_used_at: string | null;
  total_requests: number;
  rate_limit_per_minute: number;
  allowed_origins: string[];
}

/** What exporting answers: the only time the clear key is ever sent. */
export interface NewExport extends ExportedAPI {
  api_id: number;
  api_key: string;
}

export interface Snippets {
  curl: string;
  python: string;
  javascript: string;
}

export interface APIDetails extends ExportedAPI {
  contract: Contract;
  input_schema: JsonObject;
  output_schema: JsonObject;
  example: JsonValue;
  snippets: Snippets;
}

export interface ExportOptions {
  name?: string;
  allowed_origins?: string[];
  rate_limit_per_minute?: number;
}

export interface NewKey {
  api_key: string;
  key_id: string;
  api_key_masked: string;
  previous_key_expires_at: string | null;
}
