/** How a series is drawn: told apart by line and fill, not by colour alone. */
export type Mark = "bar" | "hatched" | "line" | "area" | "dashed" | "dotted" | "dashdot";

const DASHES: Partial<Record<Mark, string>> = { dashed: "5 3.5", dotted: "1.5 3", dashdot: "7 3 1.5 3" };

export function dashOf(mark: Mark): string | undefined {
  return DASHES[mark];
}

export function isFilled(mark: Mark): boolean {
  return mark === "bar" || mark === "hatched";
}

export function Swatch({ color, mark }: { color: string; mark: Mark }) {
  return (
    <svg width="18" height="10" viewBox="0 0 18 10" aria-hidden="true" style={{ color, flex: "none" }}>
      {isFilled(mark) ? <FilledSwatch hatched={mark === "hatched"} /> : <LineSwatch mark={mark} />}
    </svg>
  );
}

function FilledSwatch({ hatched }: { hatched: boolean }) {
  if (!hatched) return <rect x="4" width="10" height="10" rx="2" fill="currentColor" />;
  return (
    <>
      <rect x="4.5" y=".5" width="9" height="9" rx="2" fill="none" stroke="currentColor" />
      <path d="M5 7.5 11.5 1M6.5 10 14 2.5" stroke="currentColor" strokeWidth="1.4" />
    </>
  );
}

function LineSwatch({ mark }: { mark: Mark }) {
  return (
    <>
      {mark === "area" ? <rect y="5" width="18" height="5" fill="currentColor" opacity=".16" /> : null}
      <path d="M0 5h18" stroke="currentColor" strokeWidth="2" strokeDasharray={dashOf(mark)} strokeLinecap={mark === "dotted" ? "round" : "butt"} />
    </>
  );
}

interface DotProps {
  cx: number;
  cy: number;
  color: string;
  mark: Mark;
}

/** A single value where no line can be drawn. As lines differ by their dashes, dots differ by their shape. */
export function Dot({ cx, cy, color, mark }: DotProps) {
  if (mark === "dashed") return <circle cx={cx} cy={cy} r={3.2} fill="var(--mp-surface)" stroke={color} strokeWidth={1.8} />;
  if (mark === "dotted") return <rect x={cx - 2.8} y={cy - 2.8} width={5.6} height={5.6} fill={color} />;
  if (mark === "dashdot") return <path d={`M${cx} ${cy - 4}l4 4-4 4-4-4z`} fill={color} />;
  return <circle cx={cx} cy={cy} r={3} fill={color} />;
}
