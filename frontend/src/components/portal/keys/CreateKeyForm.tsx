"use client";

import { Button, Collapse, Group, SegmentedControl, Select, Stack, TextInput, UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { FormError } from "@/components/ui/FormError";
import { useApps } from "@/hooks/useApps";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useI18n } from "@/i18n/I18nProvider";
import { fieldMessage } from "@/lib/errors";
import { type ScopeChoice, isComplete, scopesOf } from "@/lib/portal/scopes";
import type { Environment, KeyDraft } from "@/lib/portal/types";
import dialogClasses from "../shared/Dialogs.module.css";
import { refusalText } from "../shared/refusal";
import classes from "./CreateKey.module.css";
import { type Expiry, ExpiryField, expiryDate } from "./ExpiryField";
import { type Restrictions, RestrictionFields, badRestriction, restrictionsOf } from "./RestrictionFields";
import { ScopeFields } from "./ScopeFields";
import { SigningField, type Signing, signingOf } from "./SigningField";

interface CreateKeyFormProps {
  appId?: string;
  error: Error | null;
  busy: boolean;
  onSubmit: (draft: KeyDraft) => void;
  onCancel: () => void;
}

export function CreateKeyForm({ appId, error, busy, onSubmit, onCancel }: CreateKeyFormProps) {
  const { t } = useI18n();
  const current = useEnvironment().environment;
  const apps = useApps();
  const [name, setName] = useState("");
  const [environment, setEnvironment] = useState<Environment>(current);
  const [app, setApp] = useState<string | null>(appId ?? null);
  const [scopes, setScopes] = useState<ScopeChoice>({ reach: "all", apis: [], management: [] });
  const [expiry, setExpiry] = useState<Expiry>({ preset: "never", day: "" });
  const [restrictions, setRestrictions] = useState<Restrictions>({ origins: "", addresses: "" });
  const [signing, setSigning] = useState<Signing>("none");
  const [tried, setTried] = useState(false);
  const [more, setMore] = useState(false);
  const expires = expiryDate(expiry, Date.now);
  const bad = badRestriction(restrictions);
  const ready = name.trim() !== "" && isComplete(scopes) && expires !== undefined && bad === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!ready) return;
    onSubmit({
      name: name.trim(),
      environment,
      app_id: app ?? undefined,
      scopes: scopesOf(scopes),
      expires_at: expires ?? undefined,
      ...restrictionsOf(restrictions),
      ...signingOf(signing),
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <FormError error={error} text={refusalText(error)} />
        <TextInput
          data-autofocus
          label={t("keys.name")}
          description={t("keys.nameHint")}
          placeholder={t("keys.namePlaceholder")}
          value={name}
          maxLength={200}
          error={tried && name.trim() === "" ? t("keys.needName") : fieldMessage(error, "name")}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div className={dialogClasses.pair}>
          <div>
            <div className={classes.label} id="key-environment">
              {t("keys.environment")}
            </div>
            <SegmentedControl<Environment>
              fullWidth
              aria-labelledby="key-environment"
              value={environment}
              onChange={setEnvironment}
              data={[
                { value: "live", label: t("portal.environment_live") },
                { value: "test", label: t("portal.environment_test") },
              ]}
            />
            <p className={classes.hint}>{t(environment === "test" ? "keys.testHint" : "keys.liveHint")}</p>
          </div>
          <Select
            label={t("keys.app")}
            placeholder={t("keys.noApp")}
            description={t("keys.appHint")}
            inputWrapperOrder={["label", "input", "description", "error"]}
            data={(apps.data ?? []).map((item) => ({ value: item.id, label: item.name }))}
            value={app}
            onChange={setApp}
            clearable
            searchable
            disabled={apps.isPending}
            nothingFoundMessage={t("keys.noApps")}
          />
        </div>
        <ScopeFields value={scopes} onChange={setScopes} error={tried && !isComplete(scopes)} />
        <ExpiryField value={expiry} onChange={setExpiry} error={tried && expires === undefined} />
        <div>
          <UnstyledButton className={classes.more} aria-expanded={more} onClick={() => setMore(!more)}>
            <IconChevronRight size={15} stroke={1.9} className={classes.chevron} aria-hidden />
            {t("keys.restrictions")}
          </UnstyledButton>
          <Collapse expanded={more || (tried && bad !== null)}>
            <Stack gap="md" pt="sm">
              <RestrictionFields value={restrictions} onChange={setRestrictions} />
              <SigningField value={signing} onChange={setSigning} />
            </Stack>
          </Collapse>
        </div>
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={busy}>
            {t("keys.createSubmit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
