/** The pages offer what a role may do, and never to take away the last owner. */
import { expect, test } from "vitest";
import { may, mayChange, rolesToGive } from "@/lib/portal/projectRoles";
import type { Member, Role } from "@/lib/portal/projectTypes";

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
