"use client";

/** What answers a model's calls, the proof that it answers alike, what it gains, and the switch back to scikit-learn. */
import { Panel } from "@/components/ui/Panel";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import { type ServedBy, type Timing, seconds, servedBy, speedUp } from "@/lib/serving";
import type { MLModel } from "@/lib/types";
import { CandidateList } from "./CandidateList";
import { ProofFacts } from "./ProofFacts";
import { RuntimeSwitch } from "./RuntimeSwitch";
import classes from "./Serving.module.css";
import { TimingsChart } from "./TimingsChart";

export function ServingSection({ model }: { model: MLModel }) {
  const i18n = useI18n();
  const { t } = i18n;
  const by = servedBy(model);
  const { compiled } = model;
  const timings = compiled?.timings ?? [];
  return (
    <>
      <Panel title={t("serving.title")} hint={t("serving.hint")}>
        <div className={classes.stack} data-served-by={by}>
          <p className={classes.answers} aria-live="polite">
            {answersText(model, by, i18n)}
          </p>
          {compiled && (by === "compiled" || by === "chosen") ? <SpeedUp timings={timings} isUsed={compiled.is_used} /> : null}
          {compiled ? <ProofFacts compiled={compiled} task={model.task} /> : null}
          {compiled ? <CandidateList compiled={compiled} /> : null}
          <RuntimeSwitch model={model} />
        </div>
      </Panel>
      {timings.length > 0 ? <TimingsChart timings={timings} /> : null}
    </>
  );
}

function answersText({ compiled }: MLModel, by: ServedBy, { t, format }: I18n): string {
  const engine = compiled?.engine ?? "";
  if (by === "compiled" && compiled?.rows_max) return t("serving.by_compiledUpTo", { engine, rows: format.integer(compiled.rows_max) });
  if (by === "compiled") return t("serving.by_compiled", { engine });
  if (by === "refused") return t("serving.by_refused", { reason: compiled?.reason ?? "" });
  return t(`serving.by_${by}`);
}

interface SpeedUpProps {
  timings: readonly Timing[];
  isUsed: boolean;
}

function SpeedUp({ timings, isUsed }: SpeedUpProps) {
  const { t, format } = useI18n();
  const times = speedUp(timings);
  const single = timings.find(({ rows }) => rows === 1);
  if (times === null || !single) return null;
  return (
    <div className={classes.speed} data-unused={!isUsed || undefined}>
      <p className={classes.gain}>
        <strong className={classes.times}>{t("serving.times", { times: format.decimal(times, 1) })}</strong>{" "}
        <span>
          {t("serving.timesOneRow", { compiled: format.duration(seconds(single.compiled_us)), plain: format.duration(seconds(single.scikit_learn_us)) })}
        </span>
      </p>
      <p className={classes.small}>
        {isUsed ? null : `${t("serving.timesUnused")} `}
        {t("serving.timesHint")}
      </p>
    </div>
  );
}
