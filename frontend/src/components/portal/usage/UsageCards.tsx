"use client";

import { toneOf } from "@/components/monitoring/GlobalStats";
import { StatGrid } from "@/components/monitoring/StatGrid";
import { useI18n } from "@/i18n/I18nProvider";
import { seconds } from "@/lib/portal/days";
import type { Usage } from "@/lib/portal/usageTypes";

export function UsageCards({ totals, busy, isTest }: { totals: Usage["totals"]; busy: boolean; isTest: boolean }) {
  const { t, tn, format } = useI18n();
  const limited = totals.limited > 0 ? ` · ${tn("usage.limited", totals.limited)}` : "";
  return (
    <StatGrid
      label={t("usage.figures")}
      busy={busy}
      stats={[
        { label: t("usage.calls"), value: format.integer(totals.calls), detail: tn("usage.rows", totals.rows) },
        {
          label: t("usage.errorRate"),
          value: format.percent(totals.error_rate),
          detail: `${tn("usage.errorCount", totals.errors)}${limited}`,
          tone: toneOf(totals.error_rate),
        },
        {
          label: t("usage.p95"),
          value: format.duration(seconds(totals.p95_latency_ms)),
          detail: t("usage.otherLatencies", { average: format.duration(seconds(totals.avg_latency_ms)), p99: format.duration(seconds(totals.p99_latency_ms)) }),
        },
        isTest
          ? { label: t("usage.credits"), value: format.integer(0), detail: t("usage.testFree") }
          : { label: t("usage.credits"), value: format.integer(totals.credits), detail: t("usage.inOut", { incoming: format.bytes(totals.bytes_in), outgoing: format.bytes(totals.bytes_out) }) },
      ]}
    />
  );
}
