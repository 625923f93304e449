import { Skeleton } from "@mantine/core";
import chartClasses from "@/components/monitoring/Charts.module.css";
import gridClasses from "@/components/monitoring/StatGrid.module.css";

/** Four cards and two charts, at the size they will take. */
export function OverviewSkeleton() {
  return (
    <>
      <div className={gridClasses.grid}>
        {[0, 1, 2, 3].map((card) => (
          <div key={card} className={gridClasses.stat}>
            <Skeleton height={12} width="46%" my={4} />
            <Skeleton height={22} width="34%" my={7} />
            <Skeleton height={12} width="58%" my={4} />
          </div>
        ))}
      </div>
      <div className={chartClasses.pair}>
        <Skeleton height={340} radius={10} />
        <Skeleton height={340} radius={10} />
      </div>
      <Skeleton height={230} radius={10} mt={16} />
    </>
  );
}
