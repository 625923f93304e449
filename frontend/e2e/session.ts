/** A signed-in browser for the tests: the address and the account come from the environment that scripts/ci-e2e.sh sets. */
import { type Page, test as base, expect } from "@playwright/test";

const email = process.env.E2E_EMAIL ?? "admin@example.com";
const password = process.env.E2E_PASSWORD ?? "";

/** Through the form, as a person does. */
export async function signInByForm(page: Page): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByRole("textbox", { name: "Password" }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** `page` starts with a session; its first failure in the browser's console fails the test. */
export const test = base.extend<{ signedIn: Page }>({
  signedIn: async ({ page }, provide) => {
    const failures: string[] = [];
    page.on("pageerror", (error) => failures.push(String(error)));
    page.on("console", (message) => {
      if (/Content Security Policy|Hydration|hydrat/i.test(message.text())) failures.push(message.text());
    });
    const answer = await page.request.post("/api/v1/auth/login", { data: { email, password } });
    expect(answer.ok(), "the account of the tests can sign in").toBe(true);
    await provide(page);
    expect(failures).toEqual([]);
  },
});

export { expect };
