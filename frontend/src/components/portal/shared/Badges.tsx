"use client";

import { IconBroadcast, IconFlask2 } from "@tabler/icons-react";
import { useI18n } from "@/i18n/I18nProvider";
import type { Environment, KeyStatus } from "@/lib/portal/types";
import classes from "./Badges.module.css";

/** Live or test, in a shape, a colour and a word. */
export function EnvironmentBadge({ environment }: { environment: Environment }) {
  const { t } = useI18n();
  const Icon = environment === "test" ? IconFlask2 : IconBroadcast;
  return (
    <span className={classes.badge} data-tone={environment === "test" ? "warn" : "quiet"}>
      <Icon size={13} stroke={1.8} aria-hidden />
      {t(`portal.environment_${environment}`)}
    </span>
  );
}

const TONES = { active: "ok", expiring: "warn", expired: "quiet", revoked: "bad" } as const satisfies Record<KeyStatus, string>;

/** A key's state: each has a shape of its own beside its colour and its word. */
export function KeyStatusBadge({ status }: { status: KeyStatus }) {
  const { t } = useI18n();
  return (
    <span className={classes.status} data-tone={TONES[status]}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" className={classes.shape}>
        {status === "active" ? <circle cx="5" cy="5" r="4" /> : null}
        {status === "expiring" ? <path d="M5 .8 9.6 9H.4z" /> : null}
        {status === "expired" ? <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.6" /> : null}
        {status === "revoked" ? <path d="M1.6 1.6l6.8 6.8M8.4 1.6 1.6 8.4" fill="none" stroke="currentColor" strokeWidth="2" /> : null}
      </svg>
      {t(`keys.status_${status}`)}
    </span>
  );
}
