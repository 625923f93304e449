/** Shapes of projects and their members, from the schema. */
import type { Shape } from "@/lib/types";

export type Project = Shape<"ProjectOut">;
export type Member = Shape<"MemberOut">;
export type Role = Project["role"];

export interface NewProject {
  name: string;
  description?: string;
}

export interface ProjectPage {
  items: Project[];
  total: number;
}
