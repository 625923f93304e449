import { AppView } from "@/components/portal/apps/AppView";

/** One page for every id: the server answers /apps/<id> with the placeholder's file. */
export function generateStaticParams() {
  return [{ id: "_" }];
}

export default function AppPage() {
  return <AppView />;
}
