import { Skeleton } from "@mantine/core";
import classes from "./Charts.module.css";

/** Figures and charts before they are known, at the size they will take: nothing jumps. */
export function StatsSkeleton({ charts }: { charts: number }) {
  return (
    <>
      <Skeleton height={172} radius={10} />
      <div className={classes.pair}>
        {Array.from({ length: charts }, (_, at) => (
          <Skeleton key={at} height={344} radius={10} />
        ))}
      </div>
    </>
  );
}
