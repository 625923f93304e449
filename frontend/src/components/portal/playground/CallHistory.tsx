"use client";

import { StatusCode } from "@/components/monitoring/detail/StatusCode";
import { useI18n } from "@/i18n/I18nProvider";
import type { MadeCall } from "./madeCalls";
import classes from "./Playground.module.css";

/** The calls of this visit: one click brings back what was sent and what was answered. */
export function CallHistory({ calls, onOpen }: { calls: readonly MadeCall[]; onOpen: (call: MadeCall) => void }) {
  const { t, format } = useI18n();
  if (calls.length === 0) return null;
  return (
    <section className={classes.history} aria-label={t("playground.history")}>
      <h2 className={classes.listTitle}>{t("playground.history")}</h2>
      <ul className={classes.entries}>
        {calls.map((call) => (
          <li key={call.id}>
            <button type="button" className={classes.past} onClick={() => onOpen(call)}>
              <StatusCode code={call.answer.status} />
              <span className={classes.pastTitle}>{call.title}</span>
              <span className={classes.pastTime}>{format.time(call.at)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
