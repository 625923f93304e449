"use client";

import { useI18n } from "@/i18n/I18nProvider";
import classes from "./ChartFrame.module.css";
import type { SlotRow } from "./chartData";
import type { SlotText } from "./slotText";
import { Swatch } from "./Swatch";
import type { SeriesSpec } from "./TimeChart";

interface ChartTooltipProps<M extends string, R extends SlotRow<M>> {
  active: boolean | undefined;
  row: R | undefined;
  text: SlotText;
  series: readonly SeriesSpec<M>[];
  format: (value: number | null) => string;
  extra?: (row: R) => readonly (readonly [label: string, value: string])[];
}

export function ChartTooltip<M extends string, R extends SlotRow<M>>({ active, row, text, series, format, extra }: ChartTooltipProps<M, R>) {
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
