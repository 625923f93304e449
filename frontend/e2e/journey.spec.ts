import { expect, test } from "@playwright/test";

import { row, trainedModel } from "./model";

const email = process.env.E2E_EMAIL ?? "";
const password = process.env.E2E_PASSWORD ?? "";

test("from a file on disk to an endpoint that answers, is seen, is paused and refuses", async ({ page, request }) => {
  await test.step("sign in", async () => {
    await page.goto("/login");
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(/overview|models/);
  });

  await test.step("upload", async () => {
    await page.goto("/models");
    await page.getByRole("button", { name: "Upload model" }).first().click();
    await page.locator("input[type=file]").first().setInputFiles(trainedModel());
    await page.getByRole("button", { name: "Upload and inspect" }).click();
    await expect(page.getByText("flowers is ready")).toBeVisible({ timeout: 60_000 });
  });

  const key = await test.step("export, and copy the key", async () => {
    await page.getByRole("button", { name: "Export as API" }).click();
    await expect(page.getByText("flowers is live")).toBeVisible({ timeout: 30_000 });
    const shown = page.getByText(/^mp_live_[A-Za-z0-9]{50,}$/).first();
    return (await shown.textContent()) ?? "";
  });
  const url = (await page.getByText(/^http:\/\/.*\/api\/predict\/\d+$/).first().textContent()) ?? "";
  expect(url).toMatch(/\/api\/predict\/\d+$/);

  const call = () => request.post(url, { data: row, headers: { "X-API-Key": key } });
  const answerId = await test.step("predict over HTTP", async () => {
    const answer = await call();
    expect(answer.status()).toBe(200);
    const body = (await answer.json()) as { prediction: string; request_id: string };
    expect(body.prediction).toBe("setosa");
    return body.request_id;
  });

  const id = url.split("/").at(-1) ?? "";
  await test.step("see the call, its latency and its chart", async () => {
    await page.goto(`/monitoring/${id}`);
    await expect(page.getByRole("heading", { name: "flowers", exact: true })).toBeVisible();
    await expect(page.getByText("Total requests")).toBeVisible();
    await expect(page.locator(".recharts-surface").first()).toBeVisible();
    await expect(page.getByText("P95 response time").first()).toBeVisible();
    await page.getByRole("tab", { name: "Requests" }).click();
    await expect(page.getByText(answerId).first()).toBeVisible({ timeout: 15_000 });
    await page.reload();
    await expect(page.getByText("flowers").first()).toBeVisible();
  });

  await test.step("see how it is served, choose scikit-learn only, and back", async () => {
    await page.getByRole("link", { name: /^Served compiled/ }).click();
    await expect(page.getByRole("heading", { name: "How it is served" })).toBeVisible();
    await expect(page.getByText(/A compiled form of the model answers/)).toBeVisible();
    await expect(page.getByText(/rows compared with scikit-learn, edge cases among them/)).toBeVisible();
    await page.getByRole("button", { name: "Show as table: Time per call" }).click();
    await expect(page.getByRole("columnheader", { name: "Compiled", exact: true })).toBeVisible();
    const only = page.getByRole("switch", { name: "scikit-learn only" });
    const saved = () => page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.ok());
    await Promise.all([saved(), only.press("Space")]);
    await expect(page.getByText("scikit-learn itself answers, as you chose.")).toBeVisible();
    await page.reload();
    await expect(only).toBeChecked();
    expect(await (await call()).json()).toMatchObject({ prediction: "setosa" });
    await page.route("**/api/models/*", (route) => (route.request().method() === "PATCH" ? route.abort() : route.fallback()));
    await only.press("Space");
    await expect(page.getByText("The choice was not saved")).toBeVisible();
    await expect(only).toBeChecked();
    await page.unroute("**/api/models/*");
    await Promise.all([saved(), page.getByRole("button", { name: "Try again" }).click()]);
    await expect(only).not.toBeChecked();
    await expect(page.getByText("The choice was not saved")).toHaveCount(0);
    await page.goto(`/monitoring/${id}`);
  });

  await test.step("pause, and see 403", async () => {
    await page.getByRole("button", { name: "Pause flowers" }).click();
    await expect(page.getByRole("button", { name: "Resume flowers" })).toBeVisible();
    const refused = await call();
    expect(refused.status()).toBe(403);
    await page.goto(`/monitoring/${id}`);
    await page.getByRole("tab", { name: "Requests" }).click();
    await expect(page.getByText("403").first()).toBeVisible({ timeout: 15_000 });
  });
});

test("a wrong password is refused in words and an unknown address shows a page", async ({ page }) => {
  await page.goto("/login");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("The email or the password is not right.")).toBeVisible();
  await page.goto("/no/such/page");
  await expect(page.getByText("Nothing lives at this address")).toBeVisible();
});
