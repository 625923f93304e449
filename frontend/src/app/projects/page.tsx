import { ProjectsView } from "@/components/portal/projects/ProjectsView";

export default function ProjectsPage() {
  return <ProjectsView />;
}
