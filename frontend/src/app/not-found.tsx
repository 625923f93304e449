import { NotFoundView } from "@/components/shell/NotFoundView";

export default function NotFound() {
  return <NotFoundView />;
}
