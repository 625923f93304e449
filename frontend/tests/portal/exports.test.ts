/** Whoever embeds the portal finds its components under the names the documentation gives. Pages import each by its file, so that they load no other. */
import { expect, test } from "vitest";
import { ApiDocsPlayground, ApiKeysManager, ApiLogsTable, ApiOverview, ApiPortalHome, ApiUsageOverview } from "@iafactory/api-portal";

test("the portal's components are there", () => {
  for (const component of [ApiPortalHome, ApiOverview, ApiKeysManager, ApiUsageOverview, ApiLogsTable, ApiDocsPlayground]) {
    expect(component).toBeTypeOf("function");
  }
});
