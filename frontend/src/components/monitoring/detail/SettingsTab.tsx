"use client";

import { Button } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { CopyField } from "@/components/ui/CopyField";
import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import type { APIDetails } from "@/lib/types";
import { DeleteAPIDialog } from "../DeleteAPIDialog";
import { RegenerateKeyDialog } from "../RegenerateKeyDialog";
import { APISettingsForm } from "./APISettingsForm";
import classes from "./Settings.module.css";

export function SettingsTab({ api }: { api: APIDetails }) {
  const { t, format } = useI18n();
  return (
    <div className={classes.stack}>
      <Panel title={t("apis.general")}>
        {/* Saved elsewhere meanwhile: the form starts again from what is stored. */}
        <APISettingsForm key={JSON.stringify([api.name, api.allowed_origins])} api={api} />
      </Panel>
      <Panel title={t("apis.limits")}>
        <dl className={classes.facts}>
          <div>
            <dt>{t("apis.rateLimit")}</dt>
            <dd>{t("apis.perMinute", { count: format.integer(api.rate_limit_per_minute) })}</dd>
            <dd className={classes.hint}>{t("apis.rateLimitHint")}</dd>
          </div>
          <div>
            <dt>{t("apis.created")}</dt>
            <dd>{format.dateTime(api.created_at)}</dd>
          </div>
          <div>
            <dt>{t("apis.lastUsed")}</dt>
            <dd>{api.last_used_at ? format.dateTime(api.last_used_at) : t("apis.never")}</dd>
          </div>
        </dl>
        <div className={classes.keyId}>
          <CopyField label={t("apis.keyId")} value={api.key_id} />
        </div>
      </Panel>
      <Danger api={api} />
    </div>
  );
}

function Danger({ api }: { api: APIDetails }) {
  const { t } = useI18n();
  const router = useRouter();
  const [dialog, setDialog] = useState<"key" | "delete" | null>(null);
  return (
    <Panel title={t("apis.danger")}>
      <div className={classes.action}>
        <div>
          <h3>{t("apis.regenerate")}</h3>
          <p>{t("apis.regenerateHint")}</p>
        </div>
        <Button variant="default" onClick={() => setDialog("key")}>
          {t("apis.regenerateConfirm")}
        </Button>
      </div>
      <div className={classes.action}>
        <div>
          <h3>{t("apis.deleteAPI")}</h3>
          <p>{t("apis.deleteHint")}</p>
        </div>
        <Button variant="default" className={classes.delete} onClick={() => setDialog("delete")}>
          {t("apis.deleteAPI")}
        </Button>
      </div>
      <RegenerateKeyDialog api={api} opened={dialog === "key"} onClose={() => setDialog(null)} />
      <DeleteAPIDialog api={dialog === "delete" ? api : null} onClose={() => setDialog(null)} onDeleted={() => router.push("/monitoring")} />
    </Panel>
  );
}
