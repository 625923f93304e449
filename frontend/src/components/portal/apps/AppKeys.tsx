"use client";

import { Button, Skeleton } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { EmptyState } from "@/components/ui/EmptyState";
import { QueryView } from "@/components/ui/QueryView";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useKeys } from "@/hooks/useKeys";
import { useI18n } from "@/i18n/I18nProvider";
import { may } from "@/lib/portal/projectRoles";
import type { App } from "@/lib/portal/types";
import { KeyDialogs, useKeyDialogs } from "../keys/KeyDialogs";
import { KeyList } from "../keys/KeyList";
import classes from "./Apps.module.css";

/** The app's keys in the chosen environment, revoked ones too. */
export function AppKeys({ app }: { app: App }) {
  const { t } = useI18n();
  const { environment, isTest } = useEnvironment();
  const query = useKeys({ environment, app_id: app.id });
  const dialogs = useKeyDialogs();
  const createButton = (
    <Button size="xs" leftSection={<IconPlus size={15} stroke={1.8} />} onClick={() => dialogs.open({ kind: "create", appId: app.id })}>
      {t("keys.create")}
    </Button>
  );
  return (
    <section className={classes.keys} aria-labelledby="app-keys">
      <div className={classes.keysHead}>
        <h2 id="app-keys" className={classes.heading}>
          {t(isTest ? "apps.testKeys" : "apps.liveKeys")}
        </h2>
        {may(app.role, "testKeys") ? createButton : null}
      </div>
      <QueryView
        query={query}
        skeleton={<Skeleton height={160} radius={10} />}
        isEmpty={(keys) => keys.length === 0}
        empty={<EmptyState icon={IconKey} title={t(isTest ? "keys.emptyTestTitle" : "keys.emptyLiveTitle")} text={t("apps.noKeysText")} />}
      >
        {(keys) => <KeyList keys={keys} onOpen={dialogs.open} />}
      </QueryView>
      <KeyDialogs dialogs={dialogs} />
    </section>
  );
}
