"use client";

import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import type { Price } from "@/lib/portal/types";
import classes from "./Credits.module.css";

export function PricesPanel({ prices }: { prices: readonly Price[] }) {
  const { t, tn } = useI18n();
  return (
    <Panel title={t("credits.prices")} hint={t("credits.pricesHint")}>
      <dl className={classes.rows}>
        {prices.map((price) => (
          <div key={price.kind}>
            <dt>
              {price.title}
              <code className={`mono ${classes.kind}`}>{price.kind}</code>
            </dt>
            <dd className="tnum">{t("credits.perUnit", { price: tn("credits.amount", price.credits), unit: unitText(price.unit, t) })}</dd>
          </div>
        ))}
      </dl>
      <ul className={classes.notes}>
        <li>{t("credits.noteTest")}</li>
        <li>{t("credits.noteFailed")}</li>
        <li>{t("credits.noteExpire")}</li>
      </ul>
    </Panel>
  );
}

/** Units the dictionary knows; another is the server's own word. */
function unitText(unit: string, t: ReturnType<typeof useI18n>["t"]): string {
  if (unit === "row") return t("credits.unit_row");
  return unit === "call" ? t("credits.unit_call") : unit;
}
