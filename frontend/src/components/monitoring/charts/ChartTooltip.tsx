"use client";

import { useI18n } from "@/i18n/I18nProvider";
import classes from "./ChartFrame.module.css";
import type { Row } from "./chartData";
import type { SlotText } from "./slotText";
import { Swatch } from "./Swatch";
import type { SeriesSpec } from "./TimeChart";

interface ChartTooltipProps {
  active: boolean | undefined;
  row: Row | undefined;
  text: SlotText;
  series: readonly SeriesSpec[];
  format: (value: number | null) => string;
  extra?: (row: Row) => readonly (readonly [label: string, value: string])[];
}

export function ChartTooltip({ active, row, text, series, format, extra }: ChartTooltipProps) {
  const { t } = useI18n();
  if (!active || !row) return null;
  return (
    <div className={classes.tooltip}>
      <div className={classes.tooltipHead}>
        {text.slot(row)}
        {row.partial ? ` · ${t("charts.soFar")}` : null}
      </div>
      {/* Stacked series read from the top down, as they stand. */}
      {series.map(({ measure, label, color, mark }) => (
        <div key={measure} className={classes.tooltipRow}>
          <Swatch color={color} mark={mark} />
          <span>{label}</span>
          <span className="tnum">{format(row[measure])}</span>
        </div>
      ))}
      {extra?.(row).map(([label, value]) => (
        <div key={label} className={classes.tooltipRow}>
          <span>{label}</span>
          <span className="tnum">{value}</span>
        </div>
      ))}
    </div>
  );
}
