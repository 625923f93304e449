"use client";

/** Projects and their members. Each change refreshes what shows it. */
import { type QueryClient, keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { NewProject, Role } from "@/lib/portal/projectTypes";
import { projectsApi } from "@/lib/portal/projects";
import { portalKeys } from "@/lib/portal/queryKeys";

export function useProjects(page: number) {
  return useQuery({
    queryKey: portalKeys.projectList(page),
    queryFn: ({ signal }) => projectsApi.list(page, signal),
    placeholderData: keepPreviousData,
  });
}

export function useAllProjects() {
  return useQuery({ queryKey: portalKeys.allProjects, queryFn: ({ signal }) => projectsApi.all(signal) });
}

export function useProject(id: string) {
  return useQuery({ queryKey: portalKeys.project(id), queryFn: ({ signal }) => projectsApi.get(id, signal) });
}

export function useMembers(id: string) {
  return useQuery({ queryKey: portalKeys.members(id), queryFn: ({ signal }) => projectsApi.members(id, signal) });
}

export function useCreateProject() {
  return useChange((project: NewProject) => projectsApi.create(project));
}

export function useUpdateProject(id: string) {
  return useChange((changes: Partial<NewProject>) => projectsApi.update(id, changes));
}

export function useDeleteProject(id: string) {
  return useChange(
    () => projectsApi.delete(id),
    (client) => {
      client.removeQueries({ queryKey: portalKeys.project(id) });
      client.removeQueries({ queryKey: portalKeys.members(id) });
    },
  );
}

export function useAddMember(id: string) {
  return useChange(({ email, role }: { email: string; role: Role }) => projectsApi.addMember(id, email, role));
}

export function useChangeMember(id: string) {
  return useChange(({ accountId, role }: { accountId: string; role: Role }) => projectsApi.changeMember(id, accountId, role));
}

export function useRemoveMember(id: string) {
  return useChange((accountId: string) => projectsApi.removeMember(id, accountId));
}

/** A change of a project also changes what its apps and keys allow. */
function useChange<Input, Output>(mutationFn: (input: Input) => Promise<Output>, forget?: (client: QueryClient) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => {
      forget?.(client);
      const { projects, apps, keys } = portalKeys;
      for (const queryKey of [projects, apps, keys]) void client.invalidateQueries({ queryKey });
    },
  });
}
