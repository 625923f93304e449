/** Shapes of projects and their members. */
export type Role = "owner" | "admin" | "developer" | "viewer";

export interface Project {
  id: string;
  name: string;
  description: string;
  type: string;
  /** The reader's own role. */
  role: Role;
  member_count: number;
  app_count: number;
  created_at: string;
}

export interface Member {
  account_id: string;
  email: string;
  name: string;
  role: Role;
  added_at: string;
}

export interface NewProject {
  name: string;
  description?: string;
}

export interface ProjectPage {
  items: Project[];
  total: number;
}
