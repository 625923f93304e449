"use client";

import { toneOf } from "@/components/monitoring/GlobalStats";
import { StatsSkeleton } from "@/components/monitoring/Skeletons";
import { type Stat, StatGrid } from "@/components/monitoring/StatGrid";
import { QueryView } from "@/components/ui/QueryView";
import { useKeyStats } from "@/hooks/useKeys";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import { seconds } from "@/lib/portal/days";
import type { KeyStats, PortalKey } from "@/lib/portal/types";
import { CHART_DAYS, DailyCharts } from "../shared/DailyCharts";

/** What the key has done in 30 days, and how much of today's limits is left. */
export function KeyUsage({ item }: { item: PortalKey }) {
  const i18n = useI18n();
  const query = useKeyStats(item.key_id, CHART_DAYS);
  return (
    <QueryView query={query} skeleton={<StatsSkeleton charts={2} />}>
      {(stats) => (
        <>
          <StatGrid stats={figures(stats, item, i18n)} label={i18n.t("keys.usageTitle")} busy={query.isPlaceholderData} />
          <DailyCharts days={stats.series} p95={stats.totals.p95_latency_ms} />
        </>
      )}
    </QueryView>
  );
}

function figures({ totals, today, window, last_used_at }: KeyStats, item: PortalKey, { t, tn, format }: I18n): Stat[] {
  const days = t("charts.range_30d");
  return [
    { label: t("keys.calls"), value: format.integer(totals.calls), detail: days },
    { label: t("charts.errorRate"), value: format.percent(totals.error_rate), detail: tn("monitoring.errorCount", totals.errors), tone: toneOf(totals.error_rate) },
    { label: t("keys.p95"), value: format.duration(seconds(totals.p95_latency_ms)), detail: days },
    { label: t("keys.creditsSpent"), value: format.integer(totals.credits), detail: item.environment === "test" ? t("keys.testFree") : days },
    {
      label: t("keys.today"),
      value: format.integer(today.calls),
      detail: today.daily_quota === null ? t("keys.noQuota") : t("keys.ofQuota", { quota: format.integer(today.daily_quota) }),
      tone: (today.share ?? 0) >= 0.9 ? "warn" : undefined,
    },
    {
      label: t("keys.leftNow"),
      value: format.integer(window?.remaining),
      detail: window === null ? null : t("keys.ofWindow", { limit: format.integer(window.limit) }),
      tone: window?.remaining === 0 ? "warn" : undefined,
    },
    { label: t("keys.limited"), value: format.integer(totals.limited), detail: t("keys.limitedHint") },
    { label: t("keys.lastUsed"), value: last_used_at === null ? t("keys.never") : format.relative(last_used_at), detail: last_used_at === null ? null : format.dateTime(last_used_at) },
  ];
}
