/** The frame of the application holds: sign-in leads back, deep links survive a reload, language and theme stay chosen. */
import { expect, signInByForm, test } from "./session";

test("a visitor is asked to sign in and then lands where they wanted to go", async ({ page }) => {
  await page.goto("/models/1");
  await page.waitForURL(/\/login\?next=%2Fmodels%2F1$/);
  await signInByForm(page);
  await page.waitForURL(/\/models\/1$/);
  await expect(page.getByRole("heading", { level: 1, name: "Iris species" })).toBeVisible();
});

test("a wrong password says so and keeps what was typed", async ({ page }) => {
  await page.goto("/login");
  await page.getByLabel("Email").fill("nobody@example.com");
  await page.getByRole("textbox", { name: "Password" }).fill("not-the-password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "is not right" })).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue("nobody@example.com");
});

test("an access token that ran out is renewed without the reader noticing", async ({ signedIn: page }) => {
  await page.goto("/models");
  await page.context().clearCookies({ name: "access_token_cookie" });
  await page.reload();
  await expect(page.getByRole("link", { name: "Iris species" }).first()).toBeVisible();
  await expect(page).toHaveURL(/\/models$/);
});

test("a deep link survives a reload, and its way back is followed without one", async ({ signedIn: page }) => {
  await page.goto("/models");
  await page.getByRole("link", { name: "Iris species" }).first().click();
  await expect(page).toHaveURL(/\/models\/\d+$/);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Iris species" })).toBeVisible();
  await page.getByRole("link", { name: "All models" }).click();
  await expect(page).toHaveURL(/\/models$/);
});

test("language and theme are kept, and French pages show no English first", async ({ signedIn: page }) => {
  await page.goto("/settings");
  await page.getByRole("radiogroup", { name: "Language" }).getByText("Français").click();
  await page.getByRole("radiogroup", { name: "Thème" }).getByText("Sombre").click();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Réglages" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await expect(page).toHaveTitle(/Réglages/);
});

test("an address that leads nowhere says so", async ({ signedIn: page }) => {
  await page.goto("/models/999999");
  await expect(page.getByText("No such model")).toBeVisible();
  const answer = await page.goto("/nowhere");
  expect(answer?.status()).toBe(404);
  await expect(page.getByText("Nothing lives at this address")).toBeVisible();
});

test("signing out ends the session", async ({ signedIn: page }) => {
  await page.goto("/settings");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL(/\/login$/);
  await page.goto("/models");
  await page.waitForURL(/\/login/);
});

test("a dialog opened from a menu gives the keyboard back to the menu's button", async ({ signedIn: page }) => {
  await page.goto("/models");
  const more = page.getByRole("button", { name: "More actions for Iris species" }).first();
  await more.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Export with options…" }).press("Enter");
  await expect(page.getByLabel("API name")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(more).toBeFocused();
});
