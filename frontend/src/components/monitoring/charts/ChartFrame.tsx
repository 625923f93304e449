"use client";

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconChartHistogram, IconTable } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./ChartFrame.module.css";
import { type Mark, Swatch } from "./Swatch";

export interface LegendEntry {
  label: string;
  color: string;
  mark: Mark;
  /** One figure for the whole span. */
  value?: string;
}

export interface ChartTable {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

interface ChartFrameProps {
  title: string;
  hint?: string;
  aside?: ReactNode;
  legend?: readonly LegendEntry[];
  /** Right of the legend: what a reader must know before believing the last point. */
  note?: string | null;
  /** The chart in words, for those who do not see it. */
  summary: string;
  table: ChartTable;
  /** Shown in place of the chart where there is nothing to draw. */
  emptyText?: string | null;
  height?: number;
  children: ReactNode;
}

/** A chart with its legend in words and figures, its summary for screen readers, and the same data as a table. */
export function ChartFrame(props: ChartFrameProps) {
  const { title, hint, aside, legend = [], note, summary, table, emptyText, height = 220, children } = props;
  const [asTable, setAsTable] = useState(false);
  const empty = emptyText !== null && emptyText !== undefined;
  return (
    <Panel
      title={title}
      hint={hint}
      aside={
        <div className={classes.aside}>
          {aside ? <div className={classes.filters}>{aside}</div> : null}
          {empty ? null : <TableToggle title={title} asTable={asTable} onToggle={() => setAsTable(!asTable)} />}
        </div>
      }
    >
      {legend.length > 0 ? <Legend entries={legend} note={note} /> : null}
      {empty ? (
        <p className={classes.empty}>
          {emptyText}
        </p>
      ) : null}
      {!empty && asTable ? <DataTable title={title} table={table} height={height} /> : null}
      {!empty && !asTable ? (
        <div role="img" aria-label={summary} style={{ height }} className={classes.plot}>
          {children}
        </div>
      ) : null}
    </Panel>
  );
}

function TableToggle({ title, asTable, onToggle }: { title: string; asTable: boolean; onToggle: () => void }) {
  const { t } = useI18n();
  const label = asTable ? t("charts.showChart", { title }) : t("charts.showTable", { title });
  return (
    <Tooltip label={asTable ? t("charts.asChart") : t("charts.asTable")}>
      <ActionIcon size="md" aria-label={label} onClick={onToggle} data-table-toggle>
        {asTable ? <IconChartHistogram size={16} stroke={1.7} /> : <IconTable size={16} stroke={1.7} />}
      </ActionIcon>
    </Tooltip>
  );
}

function Legend({ entries, note }: { entries: readonly LegendEntry[]; note?: string | null }) {
  return (
    <div className={classes.legend}>
      <ul className={classes.entries}>
        {entries.map(({ label, color, mark, value }) => (
          <li key={label} className={classes.entry}>
            <Swatch color={color} mark={mark} />
            <span>{label}</span>
            {value ? <strong className="tnum">{value}</strong> : null}
          </li>
        ))}
      </ul>
      {note ? <span className={classes.note}>{note}</span> : null}
    </div>
  );
}

function DataTable({ title, table, height }: { title: string; table: ChartTable; height: number }) {
  return (
    // Focusable, so that the keyboard can scroll it.
    <div className={classes.scroll} style={{ maxHeight: Math.max(height, 220) }} tabIndex={0} role="region" aria-label={title}>
      <table className={classes.table}>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map(([head, ...cells], index) => (
            <tr key={index}>
              <th scope="row">{head}</th>
              {cells.map((cell, at) => (
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
