import { Skeleton } from "@mantine/core";
import { StatsSkeleton } from "@/components/monitoring/Skeletons";

/** Figures, charts and the endpoints called most, at the size they will take. */
export function OverviewSkeleton() {
  return (
    <>
      <StatsSkeleton figures={4} charts={2} />
      <Skeleton height={230} radius={10} mt={16} />
    </>
  );
}
