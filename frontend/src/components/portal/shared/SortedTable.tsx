"use client";

import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconArrowsSort } from "@tabler/icons-react";
import { type Header, type SortingState, createColumnHelper, createSortedRowModel, rowSortingFeature, sortFns, tableFeatures, useTable } from "@tanstack/react-table";
import { type ReactNode, useMemo, useState } from "react";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./SortedTable.module.css";

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns });

export interface SortedColumn<T> {
  id: string;
  label: string;
  /** What rows are ordered by; figures stand on the right. None where order says nothing: a column of buttons. */
  value?: (row: T) => string | number | null;
  cell: (row: T) => ReactNode;
}

interface SortedTableProps<T> {
  label: string;
  columns: readonly SortedColumn<T>[];
  rows: readonly T[];
  rowId: (row: T) => string;
}

/** Rows as the server ordered them until a heading is pressed. The first column heads its row. */
export function SortedTable<T extends object>({ label, columns, rows, rowId }: SortedTableProps<T>) {
  const [sorting, setSorting] = useState<SortingState>([]);
  const made = useMemo(() => {
    const helper = createColumnHelper<typeof features, T>();
    return helper.columns(columns.map(({ id, label: header, value, cell }) =>
        helper.accessor((row) => value?.(row), { id, header, enableSorting: value !== undefined, cell: ({ row }) => cell(row.original), sortUndefined: "last" }),
      ));
  }, [columns]);
  const data = useMemo(() => [...rows], [rows]);
  const table = useTable({ features, columns: made, data, state: { sorting }, onSortingChange: setSorting, getRowId: rowId });
  const figures = new Set(columns.filter(({ value }) => rows.some((row) => typeof value?.(row) === "number")).map(({ id }) => id));
  return (
    // Focusable, so that the keyboard can scroll it.
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={classes.table}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <Heading key={header.id} header={header} isFigure={figures.has(header.column.id)} />
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {row.getAllCells().map((cell, at) =>
                at === 0 ? (
                  <th key={cell.id} scope="row">
                    <table.FlexRender cell={cell} />
                  </th>
                ) : (
                  <td key={cell.id} data-figure={figures.has(cell.column.id)}>
                    <table.FlexRender cell={cell} />
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ARIA_SORT = { asc: "ascending", desc: "descending" } as const;

function Heading<T extends object>({ header, isFigure }: { header: Header<typeof features, T, unknown>; isFigure: boolean }) {
  const { t } = useI18n();
  const sorted = header.column.getIsSorted();
  const title = String(header.column.columnDef.header);
  if (!header.column.getCanSort()) {
    return (
      <th scope="col" data-figure={isFigure}>
        {title === "" ? <VisuallyHidden>{t("common.actions")}</VisuallyHidden> : title}
      </th>
    );
  }
  const Icon = sorted === "asc" ? IconArrowUp : sorted === "desc" ? IconArrowDown : IconArrowsSort;
  return (
    <th scope="col" data-figure={isFigure} aria-sort={sorted ? ARIA_SORT[sorted] : "none"}>
      <UnstyledButton className={classes.sort} data-sorted={sorted || undefined} title={t("models.sortBy", { column: title })} onClick={header.column.getToggleSortingHandler()}>
        {title}
        <Icon size={13} stroke={1.8} aria-hidden />
      </UnstyledButton>
    </th>
  );
}
