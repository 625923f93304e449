/**
 * Shapes of the HTTP interface by the names the pages use. All come from schema.gen.ts, which `npm run generate-types`
 * writes from the server's /openapi.json: change the server, generate, and the compiler lists what no longer fits.
 * Times are RFC 3339 UTC, response times seconds, rates percent 0..100, memory MB; null means unknown.
 */
import type { components } from "@/lib/schema.gen";

type Schemas = components["schemas"];
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** What the schema leaves open is still JSON, since it came over the wire. */
type Json<T> = unknown extends T ? JsonValue : T extends (infer Item)[] ? Json<Item>[] : T extends object ? { [K in keyof T]: Json<T[K]> } : T;

/** A named shape of the schema. */
export type Shape<Name extends keyof Schemas> = Json<Schemas[Name]>;

export type Session = Shape<"SessionOut">;
export type Me = Shape<"ProfileOut">;

export type MLModel = Shape<"MLModelOut">;
export type Contract = Shape<"ContractOut">;
export type ContractColumn = Shape<"ColumnOut">;
export type Task = MLModel["task"];

export type ExportedAPI = Shape<"ExportedAPIOut">;
export type APIDetails = Shape<"APIDetailsOut">;
/** What exporting answers: the only time the clear key is ever sent. */
export type NewExport = Shape<"NewExportOut">;
export type NewKey = Shape<"NewKeyOut">;
export type Snippets = Shape<"SnippetsOut">;
export type ExportOptions = Partial<Shape<"ExportIn">>;
export type APIStatus = ExportedAPI["status"];

export type TimeRange = Shape<"SummaryOut">["time_range"];
