"use client";

import { Button } from "@mantine/core";
import { IconFlask2, IconPlayerPlay } from "@tabler/icons-react";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useI18n } from "@/i18n/I18nProvider";
import type { PlaygroundEndpoint } from "@/lib/portal/playgroundTypes";
import classes from "./Playground.module.css";
import type { Draft } from "./useDraft";

/** What sending costs, before it is sent. */
export function SendBar({ endpoint, draft, pending }: { endpoint: PlaygroundEndpoint; draft: Draft; pending: boolean }) {
  const { t, tn } = useI18n();
  const { isTest, setEnvironment } = useEnvironment();
  const rows = endpoint.price.unit === "row" ? (draft.records?.rows.length ?? 1) : 1;
  return (
    <div className={classes.send} data-live={!isTest}>
      <Button type="submit" loading={pending} disabled={draft.body === undefined} leftSection={<IconPlayerPlay size={15} stroke={1.9} />}>
        {t(isTest ? "playground.sendTest" : "playground.sendLive")}
      </Button>
      {isTest ? (
        <span className={classes.cost}>
          <IconFlask2 size={15} stroke={1.8} aria-hidden />
          {t("playground.costsNothing")}
        </span>
      ) : (
        <span className={classes.cost}>
          <strong>{tn("playground.costs", endpoint.price.credits * rows)}</strong>
          <Button size="compact-sm" variant="subtle" onClick={() => setEnvironment("test")}>
            {t("playground.useTest")}
          </Button>
        </span>
      )}
      <kbd className={classes.keys}>{t("playground.shortcut")}</kbd>
    </div>
  );
}
