"use client";

import { Table } from "@mantine/core";
import { Panel } from "@/components/ui/Panel";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { Contract, ContractColumn, JsonValue } from "@/lib/types";
import classes from "./Contract.module.css";

/** Categories beyond these are counted, not listed: some columns have thousands. */
const CATEGORIES_SHOWN = 8;

/** Roles are spelled out: on a phone the rows are laid out as blocks, and browsers then forget that they are a table. */
export function ContractPanel({ contract }: { contract: Contract }) {
  const { t, tn } = useI18n();
  return (
    <Panel title={t("models.contract")} hint={tn("models.contractHint", contract.columns.length)} flush>
      {contract.named ? null : <p className={classes.note}>{t("models.positional")}</p>}
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("models.contract")}>
        <Table className={classes.table} role="table">
          <Table.Thead role="rowgroup">
            <Table.Tr role="row">
              <Table.Th role="columnheader">{t("models.column")}</Table.Th>
              <Table.Th role="columnheader">{t("models.type")}</Table.Th>
              <Table.Th role="columnheader">{t("models.range")}</Table.Th>
              <Table.Th role="columnheader">{t("models.nullable")}</Table.Th>
              <Table.Th role="columnheader">{t("models.example")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody role="rowgroup">
            {contract.columns.map((column) => (
              <ColumnRow key={column.name} column={column} />
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Panel>
  );
}

function ColumnRow({ column }: { column: ContractColumn }) {
  const { t } = useI18n();
  return (
    <Table.Tr role="row">
      <Table.Th scope="row" role="rowheader" className={`mono ${classes.name}`}>
        {column.name}
        {column.required ? null : (
          <span className={classes.tag} title={t("models.ignoredHint")}>
            {t("models.ignored")}
          </span>
        )}
      </Table.Th>
      <Table.Td role="cell" className={classes.type}>
        {t(`models.type_${column.type}`)}
      </Table.Td>
      <Table.Td role="cell" data-label={t("models.range")}>
        <Allowed column={column} />
      </Table.Td>
      <Table.Td role="cell" data-label={t("models.nullable")} className={column.nullable ? undefined : classes.quiet}>
        {column.nullable ? t("common.yes") : t("common.no")}
      </Table.Td>
      <Table.Td role="cell" data-label={t("models.example")} className={`mono ${classes.example}`}>
        {JSON.stringify(column.example)}
      </Table.Td>
    </Table.Tr>
  );
}

function Allowed({ column }: { column: ContractColumn }) {
  const i18n = useI18n();
  if (column.categories && column.categories.length > 0) {
    return (
      <div>
        <Values values={column.categories} />
        {column.closed ? (
          <span className={classes.closed} title={i18n.t("models.onlyTheseHint")}>
            {i18n.t("models.onlyThese")}
          </span>
        ) : null}
      </div>
    );
  }
  const range = rangeText(column, i18n);
  return range ? <span className="tnum">{range}</span> : <span className={classes.quiet}>{i18n.t("models.rangeAny")}</span>;
}

export function Values({ values }: { values: JsonValue[] }) {
  const { t, format } = useI18n();
  const hidden = values.length - CATEGORIES_SHOWN;
  return (
    <span className={classes.values}>
      {values.slice(0, CATEGORIES_SHOWN).map((value) => (
        <code key={JSON.stringify(value)} className={`mono ${classes.value}`}>
          {typeof value === "string" ? value : JSON.stringify(value)}
        </code>
      ))}
      {hidden > 0 ? <span className={classes.quiet}>{t("models.moreCategories", { count: format.integer(hidden) })}</span> : null}
    </span>
  );
}

function rangeText({ minimum, maximum }: ContractColumn, { t, format }: I18n): string | null {
  const min = format.decimal(minimum, 4);
  const max = format.decimal(maximum, 4);
  if (minimum !== null && maximum !== null) return t("models.rangeBetween", { min, max });
  if (minimum !== null) return t("models.rangeFrom", { min });
  return maximum === null ? null : t("models.rangeTo", { max });
}
