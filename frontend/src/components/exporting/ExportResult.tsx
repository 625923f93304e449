"use client";

import { Anchor, Button, Group, Skeleton, Stack } from "@mantine/core";
import { IconArrowUpRight } from "@tabler/icons-react";
import Link from "next/link";
import { CopyField } from "@/components/ui/CopyField";
import { KeyReveal } from "@/components/ui/KeyReveal";
import { QueryView } from "@/components/ui/QueryView";
import { Snippets } from "@/components/ui/Snippets";
import { useAPIDetails } from "@/hooks/useExports";
import { useI18n } from "@/i18n/I18nProvider";
import type { NewExport } from "@/lib/types";
import classes from "./ExportResult.module.css";
import { TestCall } from "./TestCall";

interface ExportResultProps {
  result: NewExport;
  saved: boolean;
  onSaved: (saved: boolean) => void;
  onDone: () => void;
}

export function ExportResult({ result, saved, onSaved, onDone }: ExportResultProps) {
  const { t } = useI18n();
  const details = useAPIDetails(result.id);
  return (
    <Stack gap="md">
      <p className={classes.text}>{t("exporting.doneText")}</p>
      <CopyField label={t("exporting.apiUrl")} value={result.api_url} />
      <KeyReveal apiKey={result.api_key} saved={saved} onSaved={onSaved} />
      <section aria-label={t("exporting.use")}>
        <h3 className={classes.heading}>{t("exporting.use")}</h3>
        <QueryView query={details} skeleton={<Skeleton height={176} />}>
          {(api) => (
            <Stack gap="sm">
              <Snippets snippets={api.snippets} apiKey={result.api_key} maxHeight={200} />
              <TestCall path={api.api_endpoint} apiKey={result.api_key} example={api.example} />
            </Stack>
          )}
        </QueryView>
      </section>
      <Group justify="space-between" className={classes.foot}>
        <Anchor href={result.docs_url} target="_blank" rel="noreferrer" size="sm" className={classes.link}>
          {t("exporting.docs")}
          <IconArrowUpRight size={14} stroke={1.8} aria-label={t("shell.opensNewTab")} />
        </Anchor>
        <Group gap="xs">
          {saved ? (
            <Button variant="default" component={Link} href={`/monitoring/${result.id}`}>
              {t("exporting.monitor")}
            </Button>
          ) : null}
          <Button onClick={onDone}>{t("common.done")}</Button>
        </Group>
      </Group>
    </Stack>
  );
}
