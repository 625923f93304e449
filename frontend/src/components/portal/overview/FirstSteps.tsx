"use client";

import { Button, VisuallyHidden } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import Link from "next/link";
import { Panel } from "@/components/ui/Panel";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useI18n } from "@/i18n/I18nProvider";
import type { Overview } from "@/lib/portal/types";
import { FirstCall } from "./FirstCall";
import classes from "./Overview.module.css";

const STEPS = ["api", "app", "key", "call"] as const;
type Step = (typeof STEPS)[number];

const HREFS: Record<Step, string> = { api: "/models", app: "/apps?new=1", key: "/keys?new=1", call: "/playground" };

/** From sign-up to a first call that succeeds. Each step is ticked by what has really happened; all done, it goes. */
export function FirstSteps({ steps }: { steps: Overview["first_steps"] }) {
  const { t } = useI18n();
  const done: Record<Step, boolean> = { api: steps.has_api, app: steps.has_app, key: steps.has_key, call: steps.has_call };
  const count = STEPS.filter((step) => done[step]).length;
  const next = STEPS.find((step) => !done[step]);
  if (next === undefined) return null;
  return (
    <div style={{ marginBottom: 16 }}>
      <Panel
        flush
        title={t("portal.stepsTitle")}
        hint={t("portal.stepsHint")}
        aside={<span className={`tnum ${classes.progress}`}>{t("portal.stepsDone", { done: count, all: STEPS.length })}</span>}
      >
        <ol className={classes.steps}>
          {STEPS.map((step, index) => (
            <StepRow key={step} step={step} number={index + 1} state={done[step] ? "done" : step === next ? "next" : "later"} />
          ))}
        </ol>
      </Panel>
    </div>
  );
}

interface StepRowProps {
  step: Step;
  number: number;
  state: "done" | "next" | "later";
}

function StepRow({ step, number, state }: StepRowProps) {
  const { t } = useI18n();
  const { setEnvironment } = useEnvironment();
  // The first key is a test key: its calls are free.
  const start = step === "key" ? () => setEnvironment("test") : undefined;
  return (
    <li className={classes.step} data-state={state} aria-current={state === "next" ? "step" : undefined}>
      <span className={classes.mark} aria-hidden>
        {state === "done" ? <IconCheck size={14} stroke={2.4} /> : number}
      </span>
      <div>
        <h3 className={classes.stepTitle}>
          {t(`portal.step_${step}`)}
          {state === "done" ? <VisuallyHidden>{t("portal.stepDone")}</VisuallyHidden> : null}
        </h3>
        {state === "done" ? null : <p className={classes.stepText}>{t(`portal.stepText_${step}`)}</p>}
      </div>
      {state === "done" ? null : (
        <Button component={Link} href={HREFS[step]} onClick={start} size="xs" variant={state === "next" ? "filled" : "default"} className={classes.stepAction}>
          {t(`portal.stepAction_${step}`)}
        </Button>
      )}
      {step === "call" && state === "next" ? (
        <div className={classes.snippet}>
          <FirstCall />
        </div>
      ) : null}
    </li>
  );
}
