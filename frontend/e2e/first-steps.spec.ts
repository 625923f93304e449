/** A newcomer without a model: what the overview says to do leads from signing up to a first call that succeeds. */
import { expect, test } from "@playwright/test";

test("the first steps lead from signing up to a first call", async ({ page }) => {
  await test.step("sign up", async () => {
    await page.goto("/login");
    await page.getByRole("tab", { name: "Create account" }).click();
    await page.getByLabel("Name").fill("Amina Haddad");
    await page.getByLabel("Email").fill(`amina-${Date.now()}@example.com`);
    await page.getByRole("textbox", { name: "Password" }).fill("a-long-Passw0rd");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByText("0 of 4 done")).toBeVisible();
  });

  await test.step("put a model online", async () => {
    await page.getByRole("link", { name: "Go to models" }).click();
    await page.getByRole("button", { name: "Use the iris demo model" }).click();
    await page.getByRole("button", { name: /^Export/ }).first().click({ timeout: 60_000 });
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByText("Iris species is live")).toBeVisible({ timeout: 30_000 });
    await dialog.getByRole("checkbox", { name: "I have stored this key somewhere safe" }).check();
    await dialog.getByRole("button", { name: "Done" }).click();
  });

  await test.step("create an app", async () => {
    await page.goto("/overview");
    await expect(page.getByText("1 of 4 done")).toBeVisible();
    await page.getByRole("link", { name: "Create app" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Greenhouse");
    await page.getByRole("dialog").getByRole("button", { name: "Create app" }).click();
    await expect(page.getByRole("heading", { name: "Greenhouse" }).first()).toBeVisible();
  });

  await test.step("create a test key", async () => {
    await page.goto("/overview");
    await page.getByRole("link", { name: "Create test key" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("First key");
    await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    await expect(page.getByTestId("api-key")).toHaveText(/_test_/, { timeout: 20_000 });
    await page.getByRole("checkbox", { name: "I have stored this key somewhere safe" }).check();
    await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  });

  await test.step("make the first call", async () => {
    await page.goto("/overview");
    await page.getByRole("link", { name: "Open playground" }).click();
    await page.getByRole("button", { name: "Send test call" }).click();
    const answer = page.getByRole("region", { name: "Answer", exact: true });
    await expect(answer.getByText("200")).toBeVisible();
    await page.goto("/overview");
    await expect(page.getByText("of 4 done")).toBeHidden();
    await expect(page.getByText("Iris species")).toBeVisible();
  });
});
