"use client";

import { useI18n } from "@/i18n/I18nProvider";
import type { PortalKey } from "@/lib/portal/types";
import { EnvironmentBadge, KeyStatusBadge } from "../shared/Badges";
import { KeyActions } from "./KeyActions";
import { Expiry, LimitsCell, Moment, Scopes } from "./KeyCells";
import type { OpenKeyDialog } from "./KeyDialogs";
import { KeyName } from "./KeyList";
import classes from "./Keys.module.css";

/** One key a card, with the same facts as the table. */
export function KeyCards({ keys, onOpen }: { keys: readonly PortalKey[]; onOpen: OpenKeyDialog }) {
  const { t } = useI18n();
  return (
    <ul className={classes.cards} aria-label={t("keys.caption")}>
      {keys.map((key) => (
        <li key={key.key_id} className={classes.card}>
          <div className={classes.cardHead}>
            <KeyName item={key} />
            <KeyActions item={key} onOpen={onOpen} />
          </div>
          <div className={classes.badges}>
            <KeyStatusBadge status={key.status} />
            <EnvironmentBadge environment={key.environment} />
          </div>
          {key.revoked_reason ? <p className={classes.reason}>{key.revoked_reason}</p> : null}
          <dl className={classes.cardFacts}>
            <div>
              <dt>{t("keys.app")}</dt>
              <dd>{key.app_name ?? t("keys.noApp")}</dd>
            </div>
            <div>
              <dt>{t("keys.scopes")}</dt>
              <dd>
                <Scopes scopes={key.scopes} />
              </dd>
            </div>
            <div>
              <dt>{t("keys.lastUsed")}</dt>
              <dd>
                <Moment when={key.last_used_at} never={t("keys.never")} />
              </dd>
            </div>
            <div>
              <dt>{t("keys.expires")}</dt>
              <dd>
                <Expiry item={key} />
              </dd>
            </div>
            <div>
              <dt>{t("keys.limits")}</dt>
              <dd>
                <LimitsCell limits={key.limits} />
              </dd>
            </div>
          </dl>
        </li>
      ))}
    </ul>
  );
}
