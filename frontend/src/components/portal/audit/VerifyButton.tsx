"use client";

import { Button } from "@mantine/core";
import { IconAlertTriangle, IconShieldCheck } from "@tabler/icons-react";
import { FormError } from "@/components/ui/FormError";
import { useVerifyAudit } from "@/hooks/useAudit";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { Verification } from "@/lib/portal/auditTypes";
import classes from "./Audit.module.css";

const WHYS = ["changed", "missing", "cut", "forked"] as const;

/** Has the server compute the whole chain anew, and says what it found. */
export function VerifyButton() {
  const { t } = useI18n();
  const verify = useVerifyAudit();
  return (
    <div className={classes.verify} data-outcome={verify.data ? (verify.data.is_intact ? "intact" : "broken") : undefined}>
      <div role="status">{verify.data ? <Outcome found={verify.data} /> : <p>{t("audit.verifyHint")}</p>}</div>
      <Button variant="default" leftSection={<IconShieldCheck size={16} stroke={1.7} />} loading={verify.isPending} onClick={() => verify.mutate()}>
        {t(verify.data ? "audit.verifyAgain" : "audit.verify")}
      </Button>
      <FormError error={verify.error} />
    </div>
  );
}

function Outcome({ found }: { found: Verification }) {
  const { t, tn, format } = useI18n();
  const { first_broken: broken } = found;
  const Icon = found.is_intact ? IconShieldCheck : IconAlertTriangle;
  return (
    <p className={classes.outcome}>
      <Icon size={17} stroke={1.8} aria-hidden />
      {found.is_intact || broken === null ? (
        tn("audit.intact", found.checked)
      ) : (
        <span>
          <strong>{t("audit.broken", { seq: format.integer(broken.seq) })}</strong> {whyText(broken.why, t)} {tn("audit.upTo", found.checked)}
        </span>
      )}
    </p>
  );
}

function whyText(why: string, t: I18n["t"]): string {
  const known = WHYS.find((one) => one === why);
  return known ? t(`audit.why_${known}`) : why;
}
