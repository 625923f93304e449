import { ProjectView } from "@/components/portal/projects/ProjectView";

/** One page for every id: the server answers /projects/<id> with the placeholder's file. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function ProjectPage() {
  return <ProjectView />;
}
