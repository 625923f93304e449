"use client";

import { Textarea } from "@mantine/core";
import { useI18n } from "@/i18n/I18nProvider";
import { isAddress, isOrigin, splitEntries, splitLines } from "@/lib/validate";
import dialogClasses from "../shared/Dialogs.module.css";

/** As typed, one entry a line. */
export interface Restrictions {
  origins: string;
  addresses: string;
}

export function restrictionsOf({ origins, addresses }: Restrictions) {
  return { allowed_origins: splitLines(origins), allowed_addresses: splitEntries(addresses) };
}

/** The first entry that is neither an origin nor an address; null when all are. */
export function badRestriction(value: Restrictions): { field: keyof Restrictions; entry: string } | null {
  const { allowed_origins: origins, allowed_addresses: addresses } = restrictionsOf(value);
  const origin = origins.find((entry) => !isOrigin(entry));
  if (origin !== undefined) return { field: "origins", entry: origin };
  const address = addresses.find((entry) => !isAddress(entry));
  return address === undefined ? null : { field: "addresses", entry: address };
}

export function RestrictionFields({ value, onChange }: { value: Restrictions; onChange: (value: Restrictions) => void }) {
  const { t } = useI18n();
  const bad = badRestriction(value);
  return (
    <div className={dialogClasses.pair}>
      <Textarea
        label={t("keys.origins")}
        description={t("keys.originsHint")}
        placeholder="https://app.example.com"
        autosize
        minRows={2}
        maxRows={6}
        spellCheck={false}
        value={value.origins}
        error={bad?.field === "origins" ? t("keys.badOrigin", { entry: bad.entry }) : null}
        onChange={(event) => onChange({ ...value, origins: event.currentTarget.value })}
      />
      <Textarea
        label={t("keys.addresses")}
        description={t("keys.addressesHint")}
        placeholder="203.0.113.0/24"
        autosize
        minRows={2}
        maxRows={6}
        spellCheck={false}
        value={value.addresses}
        error={bad?.field === "addresses" ? t("keys.badAddress", { entry: bad.entry }) : null}
        onChange={(event) => onChange({ ...value, addresses: event.currentTarget.value })}
      />
    </div>
  );
}
