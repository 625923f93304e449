/** The pages offer what a role may do, and never to take away the last owner. */
import { expect, test, vi } from "vitest";
import { may, mayChange, rolesToGive } from "@/lib/portal/projectRoles";
import type { Member, Role } from "@/lib/portal/projectTypes";
import { projectsApi } from "@/lib/portal/projects";

const member = (role: Role, account_id: string = role): Member => ({ account_id, email: `${account_id}@x.fr`, name: account_id, role, added_at: "" });

test("each role may do all that the one below may, and more", () => {
  expect([may("viewer", "testKeys"), may("developer", "testKeys"), may("developer", "liveKeys"), may("admin", "liveKeys"), may("admin", "delete"), may("owner", "delete")]).toEqual([false, true, false, true, false, true]);
});

test("only owners make owners, and below administrators nobody gives roles", () => {
  expect(rolesToGive("owner")).toContain("owner");
  expect(rolesToGive("admin")).toEqual(["admin", "developer", "viewer"]);
  expect(rolesToGive("developer")).toEqual([]);
});

test("the last owner stays, others may be changed by those above", () => {
  const one = [member("owner"), member("developer")];
  const two = [member("owner"), member("owner", "second")];
  expect(mayChange("owner", member("owner"), one)).toBe(false);
  expect(mayChange("owner", member("owner"), two)).toBe(true);
  expect(mayChange("admin", member("owner"), two)).toBe(false);
  expect(mayChange("admin", member("developer"), one)).toBe(true);
  expect(mayChange("viewer", member("developer"), one)).toBe(false);
});

test("a choice among projects offers every one, however many pages they come in", async () => {
  const projects = Array.from({ length: 230 }, (_, at) => ({ id: String(at) }));
  vi.stubGlobal("fetch", (address: string) => {
    const params = new URL(address, "http://host").searchParams;
    const [page, limit] = [Number(params.get("page")), Number(params.get("limit"))];
    return Promise.resolve(new Response(JSON.stringify(projects.slice((page - 1) * limit, page * limit)), { headers: { "X-Total-Count": "230" } }));
  });
  expect((await projectsApi.all()).map(({ id }) => id)).toEqual(projects.map(({ id }) => id));
  vi.unstubAllGlobals();
});
