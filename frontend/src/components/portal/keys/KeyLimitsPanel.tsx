"use client";

import { Button } from "@mantine/core";
import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import { planNamed } from "@/lib/portal/plans";
import type { PortalKey } from "@/lib/portal/types";
import classes from "./KeyView.module.css";
import limitClasses from "./Limits.module.css";

export function KeyLimitsPanel({ item: { limits }, onEdit }: { item: PortalKey; onEdit?: () => void }) {
  const { t, format } = useI18n();
  const plan = planNamed(limits.plan).title;
  const rows = [
    [t("limits.perMinute"), format.integer(limits.effective_per_minute)],
    [t("limits.burst"), limits.burst_limit === null ? t("limits.noBurst") : format.integer(limits.burst_limit)],
    [t("limits.daily"), limits.daily_quota === null ? t("limits.noDaily") : format.integer(limits.daily_quota)],
    [t("limits.overage"), limits.daily_quota === null ? "–" : t(`limits.overage_${limits.overage_action}`)],
    [t("limits.ceiling"), format.integer(limits.effective_daily_ceiling)],
    [t("limits.binding"), t(`limits.binding_${limits.binding}`, { plan })],
  ] as const;
  return (
    <Panel
      title={t("keys.limits")}
      aside={
        onEdit ? (
          <Button size="xs" variant="default" onClick={onEdit}>
            {t("keys.editLimits")}
          </Button>
        ) : null
      }
    >
      <dl className={classes.rows}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="tnum">{value}</dd>
          </div>
        ))}
      </dl>
      <p className={limitClasses.note}>{t(limits.plan_applies ? "limits.planApplies" : "limits.planLifted", { plan, limit: format.integer(limits.plan_limit) })}</p>
    </Panel>
  );
}
