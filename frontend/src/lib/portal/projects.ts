/** Calls of the project pages. Lists come in numbered pages; X-Total-Count says how many there are. */
import { getData, request } from "@/lib/http";
import type { Member, NewProject, Project, ProjectPage, Role } from "@/lib/portal/projectTypes";

const ROOT = "/api/v1/projects";

export const PROJECTS_PER_PAGE = 20;

/** As many as one answer holds. */
const PAGE_MAX = 100;

async function getProjects(page: number, limit: number, signal?: AbortSignal): Promise<ProjectPage> {
  const answer = await request<Project[]>("GET", ROOT, { query: { page, limit }, signal });
  const total = Number(answer.headers.get("X-Total-Count"));
  return { items: answer.data, total: Math.max(total, answer.data.length) };
}

export const projectsApi = {
  list: (page: number, signal?: AbortSignal) => getProjects(page, PROJECTS_PER_PAGE, signal),
  /** Every project, for a choice among them. */
  async all(signal?: AbortSignal): Promise<Project[]> {
    const first = await getProjects(1, PAGE_MAX, signal);
    const all = first.items;
    for (let page = 2; page <= Math.ceil(first.total / PAGE_MAX); page++) all.push(...(await getProjects(page, PAGE_MAX, signal)).items);
    return all;
  },
  get: (id: string, signal?: AbortSignal) => getData<Project>(`${ROOT}/${id}`, {}, signal),
  async create(project: NewProject): Promise<Project> {
    return (await request<Project>("POST", ROOT, { body: project })).data;
  },
  async update(id: string, changes: Partial<NewProject>): Promise<Project> {
    return (await request<Project>("PATCH", `${ROOT}/${id}`, { body: changes })).data;
  },
  async delete(id: string): Promise<void> {
    await request<void>("DELETE", `${ROOT}/${id}`);
  },
  members: (id: string, signal?: AbortSignal) => getData<Member[]>(`${ROOT}/${id}/members`, {}, signal),
  async addMember(id: string, email: string, role: Role): Promise<void> {
    await request("POST", `${ROOT}/${id}/members`, { body: { email, role } });
  },
  async changeMember(id: string, accountId: string, role: Role): Promise<void> {
    await request("PATCH", `${ROOT}/${id}/members/${accountId}`, { body: { role } });
  },
  async removeMember(id: string, accountId: string): Promise<void> {
    await request("DELETE", `${ROOT}/${id}/members/${accountId}`);
  },
};
