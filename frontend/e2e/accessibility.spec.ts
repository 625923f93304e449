/** Every page can be read by everyone: no WCAG violation that axe can find, in both colour schemes. */
import { violations } from "./accessibility";
import { expect, test } from "./session";

test.describe.configure({ mode: "parallel" });

const PAGES = [
  ["/models", "Models"],
  ["/models/1", "Iris species"],
  ["/monitoring", "Monitoring"],
  ["/monitoring/1", "Iris species"],
  ["/settings", "Settings"],
  ["/overview", "Overview"],
  ["/keys", "API keys"],
  ["/apps", "Apps"],
  ["/usage", "Usage"],
  ["/logs", "Logs"],
  ["/playground", "Docs & playground"],
  ["/credits", "Credits"],
  ["/billing", "Billing"],
  ["/audit", "Audit"],
  ["/projects", "Projects"],
  ["/admin", "Administration"],
] as const;

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("/login", async ({ page }) => {
      await page.goto("/login");
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });

    for (const [path, heading] of PAGES) {
      test(path, async ({ signedIn: page }) => {
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
        // The title comes with the view, a moment after the heading of the placeholder.
        await expect(page).toHaveTitle(/\S/);
        await expect(page.locator("[data-state=loading]")).toHaveCount(0);
        expect(await violations(page)).toEqual([]);
      });
    }

    test("the options of an export", async ({ signedIn: page }) => {
      await page.goto("/models");
      await page.getByRole("button", { name: "More actions for Iris species" }).click();
      await page.getByRole("menuitem", { name: "Export with options…" }).click();
      await expect(page.getByRole("dialog").getByLabel("API name")).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });

    test("an address that leads nowhere", async ({ page }) => {
      await page.goto("/nowhere");
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });

    test("the upload drawer", async ({ signedIn: page }) => {
      await page.goto("/models");
      await page.getByRole("button", { name: "Upload model" }).click();
      await expect(page.getByRole("dialog").getByText("Drop a model file here")).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });
  });
}
