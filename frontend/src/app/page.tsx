import { Entrance } from "@/components/shell/Entrance";

export default function HomePage() {
  return <Entrance />;
}
