"use client";

import { useI18n } from "@/i18n/I18nProvider";
import { tokenize } from "@/lib/highlight";
import code from "@/components/ui/CodeBlock.module.css";
import classes from "./Pitch.module.css";

const REQUEST = `curl -X POST https://models.acme.io/api/predict/7 \\
  -H "X-API-Key: mp_live_…a1b2" \\
  -d '{"tenure_months": 18, "contract": "One year"}'`;

const ANSWER = `{
  "prediction": "stayed",
  "probabilities": { "stayed": 0.82, "left": 0.18 }
}`;

/** What the product does, shown as the thing itself: one call and its answer. Ornament for wide screens only. */
export function Pitch() {
  const { t } = useI18n();
  return (
    <aside className={classes.pitch} data-mantine-color-scheme="dark">
      <svg className={classes.swell} viewBox="0 0 800 900" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
        {Array.from({ length: 22 }, (_, index) => (
          <path key={index} d={swell(index)} style={{ opacity: 0.05 + index * 0.011 }} />
        ))}
      </svg>
      <div className={classes.inner}>
        <h2 className={classes.title}>{t("auth.pitchTitle")}</h2>
        <p className={classes.text}>{t("auth.pitchText")}</p>
        <figure className={classes.figure}>
          <Colored text={REQUEST} language="curl" />
          <div className={classes.bar}>
            <span className={classes.ok}>200 OK</span>
          </div>
          <Colored text={ANSWER} language="json" />
        </figure>
        <p className={classes.caption}>{t("auth.pitchCaption")}</p>
      </div>
    </aside>
  );
}

function Colored({ text, language }: { text: string; language: "curl" | "json" }) {
  return (
    <pre className={`mono ${classes.code}`}>
      {tokenize(text, language).map((token, index) => (
        <span key={index} className={code[token.kind]}>
          {token.text}
        </span>
      ))}
    </pre>
  );
}

/** Lines of a calm sea, nearer ones higher. */
function swell(index: number): string {
  const y = 400 + index * 26;
  const height = 10 + index * 2.1;
  const shift = (index * 47) % 160;
  return `M${-200 - shift} ${y} q 90 ${-height} 180 0 t 180 0 t 180 0 t 180 0 t 180 0 t 180 0 t 180 0`;
}
