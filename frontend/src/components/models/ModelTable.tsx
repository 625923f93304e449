"use client";

import { Table, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconArrowsSort } from "@tabler/icons-react";
import { type Header, type SortingState, createColumnHelper, createSortedRowModel, rowSortingFeature, sortFns, tableFeatures, useTable } from "@tanstack/react-table";
import { useMemo, useState } from "react";
import { TaskBadge } from "@/components/ui/TaskBadge";
import type { ExportActions } from "@/hooks/useExportFlow";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { MLModel } from "@/lib/types";
import { ExportControl } from "./ExportControl";
import { ModelName } from "./ModelName";
import classes from "./ModelTable.module.css";
import { PipelineChips } from "./PipelineChips";

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns });
const column = createColumnHelper<typeof features, MLModel>();

function columnsFor({ t, format }: I18n, actions: ExportActions) {
  return column.columns([
    column.accessor("name", { header: t("models.colName"), cell: ({ row }) => <ModelName model={row.original} />, sortFn: "alphanumeric" }),
    column.accessor("estimator", { header: t("models.colPipeline"), cell: ({ row }) => <Built model={row.original} /> }),
    column.accessor("task", { header: t("models.colTask"), cell: ({ row }) => <TaskBadge task={row.original.task} /> }),
    column.accessor("file_bytes", { header: t("models.colSize"), cell: ({ row }) => format.bytes(row.original.file_bytes) }),
    column.accessor("created_at", {
      header: t("models.colCreated"),
      cell: ({ row }) => <time dateTime={row.original.created_at} title={format.dateTime(row.original.created_at)}>{format.relative(row.original.created_at)}</time>,
    }),
    column.display({ id: "actions", header: "", cell: ({ row }) => <ExportControl model={row.original} actions={actions} withContract /> }),
  ]);
}

function Built({ model }: { model: MLModel }) {
  const { t } = useI18n();
  return (
    <>
      <PipelineChips steps={model.pipeline} />
      {model.sklearn_version ? <div className={classes.version}>{t("models.sklearnVersion", { version: model.sklearn_version })}</div> : null}
    </>
  );
}

/** Wide screens: sorted in the browser, since the whole list is there. Newest first, as the server gives it. */
export function ModelTable({ models, flow: { start, ask } }: { models: MLModel[]; flow: ExportActions }) {
  const i18n = useI18n();
  const [sorting, setSorting] = useState<SortingState>([]);
  // New columns would be new components: every cell would be built anew, and lose the focus it holds.
  const columns = useMemo(() => columnsFor(i18n, { start, ask }), [i18n, start, ask]);
  const table = useTable({ features, columns, data: models, state: { sorting }, onSortingChange: setSorting, getRowId: (model) => String(model.id) });
  return (
    <div className={classes.frame}>
      <Table className={classes.table} highlightOnHover>
        <Table.Thead>
          {table.getHeaderGroups().map((group) => (
            <Table.Tr key={group.id}>
              {group.headers.map((header) => (
                <SortableHeader key={header.id} header={header} />
              ))}
            </Table.Tr>
          ))}
        </Table.Thead>
        <Table.Tbody>
          {table.getRowModel().rows.map((row) => (
            <Table.Tr key={row.id}>
              {row.getAllCells().map((cell) => (
                <Table.Td key={cell.id} data-column={cell.column.id}>
                  <table.FlexRender cell={cell} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

const ARIA_SORT = { asc: "ascending", desc: "descending" } as const;

function SortableHeader({ header }: { header: Header<typeof features, MLModel, unknown> }) {
  const { t } = useI18n();
  const sorted = header.column.getIsSorted();
  const title = String(header.column.columnDef.header);
  if (!header.column.getCanSort()) {
    return (
      <Table.Th>
        <VisuallyHidden>{t("common.actions")}</VisuallyHidden>
      </Table.Th>
    );
  }
  const Icon = sorted === "asc" ? IconArrowUp : sorted === "desc" ? IconArrowDown : IconArrowsSort;
  return (
    <Table.Th data-column={header.column.id} aria-sort={sorted ? ARIA_SORT[sorted] : "none"}>
      <UnstyledButton className={classes.sort} data-sorted={sorted || undefined} title={t("models.sortBy", { column: title })} onClick={header.column.getToggleSortingHandler()}>
        {title}
        <Icon size={13} stroke={1.8} aria-hidden />
      </UnstyledButton>
    </Table.Th>
  );
}
