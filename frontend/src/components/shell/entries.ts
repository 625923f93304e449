/** The sections of the portal, as the sidebar lists them. */
import {
  IconActivityHeartbeat,
  IconApps,
  IconBox,
  IconChartBar,
  IconCoins,
  IconFolders,
  IconHome2,
  IconKey,
  IconListSearch,
  type IconProps,
  IconSettings2,
  IconShieldCheck,
  IconTerminal2,
  IconUserShield,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import type { TextKey } from "@/i18n/dictionary";

export interface Entry {
  href: string;
  label: TextKey & `shell.${string}`;
  icon: ComponentType<IconProps>;
  /** Other addresses of the same section. */
  also?: string;
}

type PlainText = "shell.groupDeveloper" | "shell.groupWorkspace";

export interface NavGroup {
  id: string;
  title?: PlainText;
  entries: readonly Entry[];
}

const ADMIN: Entry = { href: "/admin", label: "shell.admin", icon: IconUserShield };

const GROUPS: readonly NavGroup[] = [
  {
    id: "main",
    entries: [
      { href: "/overview", label: "shell.overview", icon: IconHome2, also: "/" },
      { href: "/models", label: "shell.models", icon: IconBox },
      { href: "/monitoring", label: "shell.monitoring", icon: IconActivityHeartbeat },
    ],
  },
  {
    id: "developer",
    title: "shell.groupDeveloper",
    entries: [
      { href: "/keys", label: "shell.keys", icon: IconKey },
      { href: "/apps", label: "shell.apps", icon: IconApps },
      { href: "/usage", label: "shell.usage", icon: IconChartBar },
      { href: "/logs", label: "shell.logs", icon: IconListSearch },
      { href: "/playground", label: "shell.playground", icon: IconTerminal2 },
      { href: "/credits", label: "shell.credits", icon: IconCoins, also: "/billing" },
      { href: "/audit", label: "shell.audit", icon: IconShieldCheck },
    ],
  },
  {
    id: "workspace",
    title: "shell.groupWorkspace",
    entries: [
      { href: "/projects", label: "shell.projects", icon: IconFolders },
      { href: "/settings", label: "shell.settings", icon: IconSettings2 },
    ],
  },
];

/** What a role sees: administration only where the server would answer it. */
export function groupsFor(role: string | undefined): readonly NavGroup[] {
  if (role !== "admin") return GROUPS;
  return GROUPS.map((group) => (group.id === "workspace" ? { ...group, entries: [...group.entries, ADMIN] } : group));
}

export function isHere({ href, also }: Entry, pathname: string): boolean {
  return pathname === href || pathname === also || pathname.startsWith(`${href}/`);
}
