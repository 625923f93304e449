"use client";

import { Radio, Stack } from "@mantine/core";
import { useI18n } from "@/i18n/I18nProvider";

const SIGNINGS = ["none", "allowed", "required"] as const;
export type Signing = (typeof SIGNINGS)[number];

export function signingOf(signing: Signing): { signing?: boolean; signature_required?: boolean } {
  if (signing === "none") return {};
  return signing === "required" ? { signing: true, signature_required: true } : { signing: true };
}

/** Whether requests may or must be signed. Signing keys keep their secret encrypted, others keep its digest alone. */
export function SigningField({ value, onChange }: { value: Signing; onChange: (value: Signing) => void }) {
  const { t } = useI18n();
  return (
    <Radio.Group label={t("keys.signing")} value={value} onChange={(next) => onChange(SIGNINGS.find((known) => known === next) ?? "none")}>
      <Stack gap={8} mt={2}>
        {SIGNINGS.map((signing) => (
          <Radio key={signing} value={signing} label={t(`keys.signing_${signing}`)} description={t(`keys.signingHint_${signing}`)} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
