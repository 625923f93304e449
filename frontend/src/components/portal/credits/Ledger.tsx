"use client";

import { Button, Group, Select, Skeleton } from "@mantine/core";
import { IconReceipt } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState } from "@/components/ui/EmptyState";
import { QueryView } from "@/components/ui/QueryView";
import { useLedger } from "@/hooks/useCredits";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./Credits.module.css";
import { LEDGER_KINDS, LedgerTable } from "./LedgerTable";

/** Every movement of credits, newest first, page by page. */
export function Ledger() {
  const { t } = useI18n();
  const [kind, setKind] = useState<string | null>(null);
  const query = useLedger(kind);
  return (
    <section className={classes.section}>
      <div className={classes.head}>
        <div>
          <h2 className={classes.heading}>
            {t("credits.ledger")}
          </h2>
          <p className={classes.unit}>{t("credits.ledgerHint")}</p>
        </div>
        <Select
          aria-label={t("credits.kindFilter")}
          placeholder={t("credits.anyKind")}
          data={LEDGER_KINDS.map((value) => ({ value, label: t(`credits.kind_${value}`) }))}
          value={kind}
          onChange={setKind}
          clearable
          w={200}
        />
      </div>
      <QueryView
        query={query}
        skeleton={<Skeleton height={300} radius={10} />}
        isEmpty={(data) => data.pages.every((page) => page.items.length === 0)}
        empty={<EmptyState icon={IconReceipt} title={t("credits.ledgerEmptyTitle")} text={t("credits.ledgerEmptyText")} />}
      >
        {(data) => (
          <>
            <LedgerTable entries={data.pages.flatMap((page) => page.items)} busy={query.isPlaceholderData} />
            <Group justify="center" mt="md">
              {query.hasNextPage ? (
                <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {t("credits.older")}
                </Button>
              ) : (
                <span className={classes.unit}>{t("credits.end")}</span>
              )}
            </Group>
          </>
        )}
      </QueryView>
    </section>
  );
}
