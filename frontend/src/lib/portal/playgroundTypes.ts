/** Shapes of the playground, from the schema: what can be called, how, and what came of a call. */
import type { Environment } from "@/lib/portal/types";
import type { JsonValue, Shape } from "@/lib/types";

export type PlaygroundEndpoint = Shape<"PlaygroundEndpointOut">;
export type Parameter = Shape<"ParameterOut">;
export type EndpointDocs = Shape<"EndpointDocsOut">;

export interface Execution {
  endpoint: string;
  body: JsonValue;
  environment: Environment;
}

/** What the endpoint answered. Its refusals come in here, with their own status. */
export type ExecutionAnswer = Shape<"ExecutionOut">;
