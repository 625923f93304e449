/**
 * Takes the pictures of the README from a running server: `make screenshots`.
 * MODELPORT_URL, MODELPORT_EMAIL and MODELPORT_PASSWORD say where and as whom; CHROMIUM_PATH which browser.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { chromium } from "@playwright/test";

const base = process.env.MODELPORT_URL ?? "http://127.0.0.1:8000";
const folder = join(import.meta.dirname, "..", "..", "docs", "images");
const pictures = [
  { name: "monitoring", path: "/monitoring?range=1h", width: 1280, height: 900, scheme: "light" },
  { name: "api-dark", path: "/monitoring/1?range=1h", width: 1280, height: 900, scheme: "dark" },
];

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
});
for (const { name, path, width, height, scheme } of pictures) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    locale: "en-GB",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.goto(`${base}/login`);
  await page.getByLabel("Email").fill(process.env.MODELPORT_EMAIL ?? "admin@modelport.local");
  await page.getByLabel("Password", { exact: true }).fill(process.env.MODELPORT_PASSWORD ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/monitoring|models/);
  await page.goto(base + path);
  await page.locator(".recharts-surface").first().waitFor();
  await page.waitForLoadState("networkidle");
  await page.screenshot({ path: join(folder, `${name}.png`) });
  console.log(`docs/images/${name}.png`);
  await context.close();
}
await browser.close();
