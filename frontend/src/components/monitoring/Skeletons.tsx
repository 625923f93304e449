import { Skeleton } from "@mantine/core";
import chartClasses from "./Charts.module.css";
import classes from "./Skeletons.module.css";
import gridClasses from "./StatGrid.module.css";

const BARS = [34, 48, 40, 62, 78, 70, 88, 82, 66, 54, 46, 38] as const;

/** Figures and charts before they are known, in their frames and at the size they will take: nothing jumps. */
export function StatsSkeleton({ figures = 8, charts }: { figures?: number; charts: number }) {
  return (
    <>
      <div className={gridClasses.grid}>
        {Array.from({ length: figures }, (_, at) => (
          <div key={at} className={gridClasses.stat}>
            <Skeleton height={12} width="46%" my={4} />
            <Skeleton height={22} width="34%" my={7} />
            <Skeleton height={12} width="58%" my={4} />
          </div>
        ))}
      </div>
      <div className={chartClasses.pair}>
        {Array.from({ length: charts }, (_, at) => (
          <div key={at} className={classes.frame}>
            <Skeleton height={14} width={120} />
            <div className={classes.bars}>
              {BARS.map((height) => (
                <Skeleton key={height} height={`${height}%`} radius={3} />
              ))}
            </div>
          </div>
        ))}
      </div>
    </>
  );
}

export function CardsSkeleton() {
  return (
    <>
      {[0, 1, 2].map((at) => (
        <div key={at} className={classes.frame}>
          <Skeleton height={14} width="30%" />
          <Skeleton height={16} width="60%" mt={16} />
          <Skeleton height={38} mt={26} />
          <Skeleton height={30} width="80%" mt={18} />
          <Skeleton height={14} width="45%" mt={24} />
        </div>
      ))}
    </>
  );
}

export function TableSkeleton({ rows }: { rows: number }) {
  return (
    <div className={classes.frame}>
      {Array.from({ length: rows }, (_, at) => (
        <Skeleton key={at} height={14} width={`${92 - ((at * 17) % 30)}%`} my={14} />
      ))}
    </div>
  );
}
