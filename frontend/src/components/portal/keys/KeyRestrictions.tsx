"use client";

import { Button, Group, Stack, Switch, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { FormError } from "@/components/ui/FormError";
import { Panel } from "@/components/ui/Panel";
import { useChangeKey } from "@/hooks/useKeys";
import { useI18n } from "@/i18n/I18nProvider";
import type { PortalKey } from "@/lib/portal/types";
import { refusalText } from "../shared/refusal";
import { type Restrictions, RestrictionFields, badRestriction, restrictionsOf } from "./RestrictionFields";
import classes from "./KeyView.module.css";

/** Name, places a key may be used from, and whether requests must be signed. */
export function KeyRestrictions({ item, readOnly }: { item: PortalKey; readOnly: boolean }) {
  const { t } = useI18n();
  const change = useChangeKey();
  const [name, setName] = useState(item.name);
  const [restrictions, setRestrictions] = useState<Restrictions>({ origins: item.allowed_origins.join("\n"), addresses: item.allowed_addresses.join("\n") });
  const [required, setRequired] = useState(item.signature_required);
  const canSign = item.signature_schemes.length > 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (badRestriction(restrictions) !== null || name.trim() === "") return;
    const changes = { name: name.trim(), ...restrictionsOf(restrictions), ...(canSign ? { signature_required: required } : {}) };
    change.mutate({ keyId: item.key_id, changes }, { onSuccess: () => notifications.show({ message: t("keys.saved", { name: name.trim() }) }) });
  };
  return (
    <Panel title={t("keys.settings")} hint={t("keys.settingsHint")}>
      <form onSubmit={submit} noValidate>
        <fieldset disabled={readOnly} style={{ all: "unset", display: "block" }}>
          <Stack gap="md">
            <FormError error={change.error} text={refusalText(change.error)} />
            <TextInput label={t("keys.name")} value={name} maxLength={200} error={name.trim() === "" ? t("keys.needName") : null} onChange={(event) => setName(event.currentTarget.value)} />
            <RestrictionFields value={restrictions} onChange={setRestrictions} />
            {canSign ? (
              <Switch
                label={t("keys.requireSigned")}
                description={t("keys.signingSchemes", { schemes: item.signature_schemes.join(", ") })}
                checked={required}
                onChange={(event) => setRequired(event.currentTarget.checked)}
              />
            ) : (
              <span className={classes.hint}>{t("keys.noSigning")}</span>
            )}
            {readOnly ? null : (
              <Group>
                <Button type="submit" variant="default" loading={change.isPending}>
                  {t("common.save")}
                </Button>
              </Group>
            )}
          </Stack>
        </fieldset>
      </form>
    </Panel>
  );
}
