/** A developer's first hour: sign up, make a key, call, look, rotate, revoke, and find all of it written down. */
import { readFileSync } from "node:fs";

import { type Page, expect, test } from "@playwright/test";

import { row, trainedModel } from "./model";

const account = { name: "Nour Benali", email: `nour-${Date.now()}@example.com`, password: "a-long-Passw0rd" };

/** Upload and export have a journey of their own; here they only have to have happened. */
async function exportedAPI(page: Page): Promise<number> {
  const csrf = (await page.context().cookies()).find(({ name }) => name === "csrf_access_token")?.value ?? "";
  const headers = { "X-CSRF-TOKEN": csrf };
  const file = { name: "flowers.joblib", mimeType: "application/octet-stream", buffer: readFileSync(trainedModel()) };
  const uploaded = await page.request.post("/api/models", { headers, multipart: { file, name: "flowers" } });
  expect(uploaded.status()).toBe(201);
  const { id } = (await uploaded.json()) as { id: number };
  const exported = await page.request.post(`/api/export/${id}`, { headers, data: {} });
  expect(exported.status()).toBe(201);
  return ((await exported.json()) as { api_id: number }).api_id;
}

/** The key in clear that a dialog shows; the box is ticked so that the dialog closes. */
async function takeKey(page: Page): Promise<string> {
  const shown = page.getByTestId("api-key");
  await expect(shown).toBeVisible({ timeout: 20_000 });
  const key = (await shown.textContent()) ?? "";
  await page.getByRole("checkbox", { name: "I have stored this key somewhere safe" }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await expect(shown).toBeHidden();
  return key.trim();
}

/** As a program does: no cookies, the key alone. */
async function call(page: Page, apiId: number, key: string): Promise<number> {
  return page.evaluate(
    async ([path, secret, body]) => {
      const answer = await fetch(path, { method: "POST", credentials: "omit", headers: { "X-API-Key": secret, "Content-Type": "application/json" }, body });
      return answer.status;
    },
    [`/api/predict/${apiId}`, key, JSON.stringify(row)] as const,
  );
}

test("from signing up to a revoked key that is refused, all of it in the audit", async ({ page }) => {
  await test.step("sign up", async () => {
    await page.goto("/login");
    await page.getByRole("tab", { name: "Create account" }).click();
    await page.getByLabel("Name").fill(account.name);
    await page.getByLabel("Email").fill(account.email);
    await page.getByRole("textbox", { name: "Password" }).fill(account.password);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page).toHaveURL(/\/(overview)?$/);
  });
  const apiId = await exportedAPI(page);

  await test.step("create an app", async () => {
    await page.goto("/apps");
    await page.getByRole("button", { name: "Create app" }).first().click();
    await page.getByRole("dialog").getByLabel("Name").fill("Herbarium");
    await page.getByRole("dialog").getByRole("button", { name: "Create app" }).click();
    await expect(page.getByRole("heading", { name: "Herbarium" }).first()).toBeVisible();
  });

  const first = await test.step("create a test key", async () => {
    await page.goto("/keys");
    await page.getByRole("radiogroup", { name: "Environment" }).first().getByText("Test", { exact: true }).click();
    await page.getByRole("button", { name: "Create key" }).first().click();
    await page.getByRole("dialog").getByLabel("Name").fill("Greenhouse");
    await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    return takeKey(page);
  });
  expect(first).toMatch(/_test_/);
  expect(await call(page, apiId, first)).toBe(200);

  const requestId = await test.step("call in the playground, first wrongly", async () => {
    await page.goto(`/playground?endpoint=ml.predict:${apiId}`);
    const length = page.getByRole("textbox", { name: /^sepal_length/ });
    await length.fill("long");
    await page.getByRole("button", { name: "Send test call" }).click();
    await expect(page.getByText("The input does not fit")).toBeVisible();
    await expect(page.getByText(/^Expected .*, got /)).toBeVisible();
    await length.fill("5.1");
    await page.getByRole("button", { name: "Send test call" }).click();
    const answer = page.getByRole("region", { name: "Answer", exact: true });
    await expect(answer.getByText("setosa").first()).toBeVisible();
    await expect(answer.getByText("Test: no credits")).toBeVisible();
    return ((await answer.getByRole("link", { name: /in the log$/ }).textContent()) ?? "").trim();
  });

  await test.step("see both calls in the log", async () => {
    await page.goto(`/logs?open=${requestId}`);
    const drawer = page.getByRole("dialog", { name: "Call" });
    await expect(drawer.getByText("sepal_length").first()).toBeVisible();
    await drawer.getByRole("button", { name: "Close" }).click();
    // A click on what the drawer still covers would be lost.
    await expect(drawer).toBeHidden();
    await expect(page.getByRole("row").filter({ hasText: "Greenhouse" }).filter({ hasText: "200" })).toBeVisible();
    await expect(page.getByRole("row").filter({ hasText: "Playground" }).filter({ hasText: "400" })).toBeVisible();
  });

  await test.step("watch the next call arrive by itself", async () => {
    await page.getByRole("switch", { name: "Live" }).check({ force: true });
    expect(await call(page, apiId, first)).toBe(200);
    await expect(page.getByRole("row").filter({ hasText: "new" }).filter({ hasText: "Greenhouse" })).toHaveCount(1);
  });

  const second = await test.step("rotate the key", async () => {
    await page.goto("/keys");
    await page.getByRole("button", { name: "Actions for Greenhouse" }).first().click();
    await page.getByRole("menuitem", { name: "Rotate key" }).click();
    await page.getByRole("dialog").getByRole("radio", { name: "At once" }).check();
    await page.getByRole("dialog").getByRole("button", { name: "Rotate key" }).click();
    return takeKey(page);
  });
  expect(second).not.toBe(first);
  expect(await call(page, apiId, first)).toBe(403);
  expect(await call(page, apiId, second)).toBe(200);

  await test.step("revoke it, and be refused", async () => {
    await page.goto("/keys");
    await page.getByRole("button", { name: "Actions for Greenhouse" }).first().click();
    await page.getByRole("menuitem", { name: "Revoke key" }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill("The greenhouse is closed");
    await page.getByRole("dialog").getByRole("button", { name: "Revoke key" }).click();
    await expect(page.getByText("Greenhouse was revoked.")).toBeVisible();
    expect(await call(page, apiId, second)).toBe(403);
  });

  await test.step("find all of it in the audit, unchanged", async () => {
    await page.goto("/audit");
    for (const action of ["Account created", "API exported", "App created", "Key created", "Key rotated", "Key revoked"]) {
      await expect(page.getByRole("button", { name: new RegExp(`^Open ${action}, entry`) }).first()).toBeVisible();
    }
    await page.getByRole("button", { name: /^Open Key revoked, entry/ }).first().click();
    await expect(page.getByRole("dialog").getByText("The greenhouse is closed")).toBeVisible();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Verify" }).click();
    await expect(page.getByText(/^Intact: all \d+ entries/)).toBeVisible();
  });
});
