import classes from "./APICard.module.css";

const HEIGHT = 34;

/** Counts of equal slots as one line from left to right; zero is the ground line. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const top = Math.max(...values, 0);
  const width = Math.max(values.length - 1, 1);
  const points = values.map((value, index) => `${index},${top === 0 ? HEIGHT - 1 : HEIGHT - 1 - (value / top) * (HEIGHT - 4)}`);
  return (
    <svg className={classes.spark} viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {top > 0 ? <path d={`M0,${HEIGHT} L${points.join(" L")} L${width},${HEIGHT}Z`} className={classes.sparkFill} /> : null}
      <path d={`M${points.join(" L")}`} className={top > 0 ? classes.sparkLine : classes.sparkFlat} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
