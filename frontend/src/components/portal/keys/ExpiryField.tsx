"use client";

import { Select, TextInput } from "@mantine/core";
import { useI18n } from "@/i18n/I18nProvider";
import dialogClasses from "../shared/Dialogs.module.css";

const PRESETS = ["never", "30", "90", "365", "day"] as const;
type Preset = (typeof PRESETS)[number];

export interface Expiry {
  preset: Preset;
  /** A date as the browser's field writes it, for the preset "day". */
  day: string;
}

/** The moment in RFC 3339; null for never; undefined where the date is missing or past. */
export function expiryDate({ preset, day }: Expiry, now: () => number): string | null | undefined {
  if (preset === "never") return null;
  const at = preset === "day" ? new Date(`${day}T23:59:59`).getTime() : now() + Number(preset) * 86_400_000;
  return Number.isNaN(at) || at <= now() ? undefined : new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

export function ExpiryField({ value, onChange, error }: { value: Expiry; onChange: (value: Expiry) => void; error: boolean }) {
  const { t } = useI18n();
  return (
    <div className={dialogClasses.pair}>
      <Select
        label={t("keys.expires")}
        data={PRESETS.map((preset) => ({ value: preset, label: t(`keys.expiry_${preset}`) }))}
        value={value.preset}
        onChange={(preset) => onChange({ ...value, preset: PRESETS.find((known) => known === preset) ?? "never" })}
        allowDeselect={false}
      />
      {value.preset === "day" ? (
        <TextInput type="date" label={t("keys.expiryDay")} value={value.day} error={error ? t("keys.needDay") : null} onChange={(event) => onChange({ ...value, day: event.currentTarget.value })} />
      ) : null}
    </div>
  );
}
