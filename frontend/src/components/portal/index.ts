/** The developer portal's components, by the names its documentation gives them. */
export { ApiPortalHome } from "./ApiPortalHome";
export { ApiKeysManager } from "./keys/ApiKeysManager";
export { ApiLogsTable } from "./logs/ApiLogsTable";
export { ApiOverview } from "./overview/ApiOverview";
export { ApiDocsPlayground } from "./playground/ApiDocsPlayground";
export { ApiUsageOverview } from "./usage/ApiUsageOverview";
