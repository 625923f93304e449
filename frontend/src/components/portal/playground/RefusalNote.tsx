"use client";

import { Anchor } from "@mantine/core";
import Link from "next/link";
import { Notice } from "@/components/monitoring/Notice";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { ExecutionAnswer } from "@/lib/portal/playgroundTypes";
import { type Problem, type Refusal, looseProblems, retryAfter } from "@/lib/portal/refusals";
import type { FormPlan } from "@/lib/portal/schemaForm";
import classes from "./Answer.module.css";

const SHOWN = 8;
const EXPLAINED = [400, 402, 403, 404, 413, 422, 429, 500, 503] as const;

interface RefusalNoteProps {
  answer: ExecutionAnswer;
  refusal: Refusal;
  plan: FormPlan | null;
}

/** Why the call was refused and what to do about it. Problems of a field stand at the field too. */
export function RefusalNote({ answer, refusal, plan }: RefusalNoteProps) {
  const { t, tn } = useI18n();
  const { problems, problemsTotal, message, code } = refusal;
  const loose = plan ? looseProblems(problems, plan.fields) : problems;
  const atFields = problems.length - loose.length;
  const left = problemsTotal - atFields - Math.min(loose.length, SHOWN);
  return (
    <div className={classes.note}>
      <Notice tone={answer.status >= 500 ? "bad" : "warn"} title={titleOf(answer.status, t)}>
        {problems.length === 0 && message ? <p className={classes.words}>{message}</p> : null}
        <p className={classes.words}>
          {adviceOf(answer, t)}
          {answer.status === 402 ? <More href="/credits" text={t("playground.toCredits")} /> : null}
          {code ? <code className={`mono ${classes.code}`}>{code}</code> : null}
        </p>
        {atFields > 0 ? <p className={classes.words}>{tn("playground.problemsAtFields", atFields)}</p> : null}
        <ProblemList problems={loose.slice(0, SHOWN)} />
        {left > 0 ? <p className={classes.words}>{tn("playground.problemsLeft", left)}</p> : null}
      </Notice>
    </div>
  );
}

function ProblemList({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className={classes.problems}>
      {problems.map((problem, at) => (
        <li key={at}>{problem.message}</li>
      ))}
    </ul>
  );
}

function More({ href, text }: { href: string; text: string }) {
  return (
    <>
      {" "}
      <Anchor component={Link} href={href} size="sm">
        {text}
      </Anchor>
    </>
  );
}

function known(status: number) {
  return EXPLAINED.find((one) => one === status);
}

function titleOf(status: number, t: I18n["t"]): string {
  const code = known(status);
  if (code) return t(`playground.title_${code}`);
  return t(status >= 500 ? "playground.title_500" : "playground.title_unknown");
}

function adviceOf(answer: ExecutionAnswer, t: I18n["t"]): string {
  const wait = answer.status === 429 ? retryAfter(answer) : null;
  if (wait !== null) return t("playground.advice_wait", { seconds: wait });
  const code = known(answer.status);
  if (code) return t(`playground.advice_${code}`);
  return t(answer.status >= 500 ? "playground.advice_500" : "playground.advice_unknown");
}
