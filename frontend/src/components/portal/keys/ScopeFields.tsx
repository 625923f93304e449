"use client";

import { Checkbox, Radio, Stack } from "@mantine/core";
import { useScopes } from "@/hooks/useKeys";
import { useI18n } from "@/i18n/I18nProvider";
import { type CallReach, type ScopeChoice, isManagementScope, isOneAPI } from "@/lib/portal/scopes";
import classes from "./CreateKey.module.css";
import { managementHint, scopeTitle } from "./keyText";

interface ScopeFieldsProps {
  value: ScopeChoice;
  onChange: (value: ScopeChoice) => void;
  error: boolean;
}

/** Two questions instead of a list of scopes: which APIs the key may call, and what else it may do. */
export function ScopeFields({ value, onChange, error }: ScopeFieldsProps) {
  const { t } = useI18n();
  const known = useScopes().data ?? [];
  const apis = known.filter(({ scope }) => isOneAPI(scope));
  // Both parts of the portal are offered one by one: portal:* would be a third way to say the same.
  const management = known.map(({ scope }) => scope).filter(isManagementScope).filter((scope) => scope !== "portal:*");
  const change = (changes: Partial<ScopeChoice>) => onChange({ ...value, ...changes });
  return (
    <>
      <Radio.Group label={t("keys.reach")} value={value.reach} error={error ? t("keys.needScope") : null} onChange={(reach) => change({ reach: reachOf(reach) })}>
        <Stack gap={8} mt={2} mb={error ? 6 : 0}>
          <Radio value="all" label={t("keys.reach_all")} />
          <Radio value="chosen" label={t("keys.reach_chosen")} disabled={apis.length === 0} description={apis.length === 0 ? t("keys.reachNoAPIs") : undefined} />
          <Radio value="none" label={t("keys.reach_none")} />
        </Stack>
      </Radio.Group>
      {value.reach === "chosen" ? (
        <Checkbox.Group aria-label={t("keys.reach_chosen")} value={value.apis} onChange={(chosen) => change({ apis: chosen })}>
          <div className={classes.box}>
            <Stack gap={8}>
              {apis.map(({ scope, title }) => (
                <Checkbox key={scope} value={scope} label={title} />
              ))}
            </Stack>
          </div>
        </Checkbox.Group>
      ) : null}
      {management.length > 0 ? (
        <Checkbox.Group label={t("keys.management")} description={t("keys.managementHint")} value={value.management} onChange={(chosen) => change({ management: chosen })}>
          <Stack gap={10} mt={8}>
            {management.map((scope) => (
              <Checkbox key={scope} value={scope} label={scopeTitle(scope, t)} description={managementHint(scope, t)} />
            ))}
          </Stack>
        </Checkbox.Group>
      ) : null}
    </>
  );
}

function reachOf(value: string): CallReach {
  return value === "chosen" || value === "none" ? value : "all";
}
