/** What each role of a project may do; the server decides, the pages only offer what it would allow. Pure. */
import type { Member, Role } from "@/lib/portal/projectTypes";

export const ROLES = ["owner", "admin", "developer", "viewer"] as const satisfies readonly Role[];

export const RIGHTS = ["read", "testKeys", "apps", "liveKeys", "limits", "members", "owners", "delete"] as const;
export type Right = (typeof RIGHTS)[number];

const VIEWER: readonly Right[] = ["read"];
const DEVELOPER: readonly Right[] = [...VIEWER, "testKeys", "apps"];
const ADMIN: readonly Right[] = [...DEVELOPER, "liveKeys", "limits", "members"];
const RIGHTS_OF: Record<Role, readonly Right[]> = { viewer: VIEWER, developer: DEVELOPER, admin: ADMIN, owner: RIGHTS };

export function may(role: Role, right: Right): boolean {
  return RIGHTS_OF[role].includes(right);
}

/** Owners make owners; administrators everything below. */
export function rolesToGive(role: Role): Role[] {
  if (may(role, "owners")) return [...ROLES];
  return may(role, "members") ? ROLES.filter((one) => one !== "owner") : [];
}

/** The last owner stays: a project without one could never be deleted. */
export function mayChange(role: Role, member: Member, members: readonly Member[]): boolean {
  if (member.role !== "owner") return may(role, "members");
  return may(role, "owners") && members.filter((one) => one.role === "owner").length > 1;
}
