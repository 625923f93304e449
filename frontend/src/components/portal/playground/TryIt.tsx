"use client";

import { useEffect, useMemo, useRef, useState } from "react";
import { FormError } from "@/components/ui/FormError";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useExecute } from "@/hooks/usePlayground";
import type { Parameter, PlaygroundEndpoint } from "@/lib/portal/playgroundTypes";
import { firstBody, parseBody, pretty } from "@/lib/portal/records";
import { refusalOf } from "@/lib/portal/refusals";
import { planOf } from "@/lib/portal/schemaForm";
import { AnswerView } from "./AnswerView";
import { JsonPane } from "./JsonPane";
import type { MadeCall } from "./madeCalls";
import classes from "./Playground.module.css";
import { RecordForm } from "./RecordForm";
import { SendBar } from "./SendBar";
import { useDraft } from "./useDraft";

interface TryItProps {
  endpoint: PlaygroundEndpoint;
  /** Richer help for the fields, once it is there. */
  parameters: readonly Parameter[] | undefined;
  restored: MadeCall | null;
  onMade: (call: MadeCall) => void;
}

/** Form and JSON side by side, the call, and what came of it. */
export function TryIt({ endpoint, parameters, restored, onMade }: TryItProps) {
  const { environment } = useEnvironment();
  const plan = useMemo(() => planOf(endpoint.input_schema), [endpoint.input_schema]);
  const draft = useDraft(plan, restored?.text ?? pretty(firstBody(plan, endpoint.example)));
  const [made, setMade] = useState(restored);
  const execute = useExecute();
  const refusal = made ? refusalOf(made.answer) : null;
  const send = () => {
    const { body, text } = draft;
    if (body === undefined || execute.isPending) return;
    execute.mutate(
      { endpoint: endpoint.name, body, environment },
      {
        onSuccess: (answer) => {
          const call: MadeCall = { id: answer.request_id, endpoint: endpoint.name, title: endpoint.title, at: Date.now(), text, answer };
          setMade(call);
          onMade(call);
          // Several records: the form turns to the one that is named first.
          const at = refusalOf(answer)?.problems[0]?.row ?? null;
          if (at !== null) draft.setAt(at);
        },
      },
    );
  };
  return (
    <form
      noValidate
      className={classes.try}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
      }}
    >
      <div className={classes.both} data-alone={plan === null}>
        {plan ? <RecordForm plan={plan} draft={draft} parameters={parameters} problems={refusal?.problems ?? []} sent={made ? parseBody(made.text) : undefined} /> : null}
        <JsonPane draft={draft} onExample={() => draft.setText(pretty(firstBody(plan, endpoint.example)))} />
      </div>
      <SendBar endpoint={endpoint} draft={draft} pending={execute.isPending} />
      <FormError error={execute.error} />
      {made ? <Answer key={made.id} call={made} plan={plan} scroll={made !== restored} /> : null}
    </form>
  );
}

interface AnswerProps {
  call: MadeCall;
  plan: ReturnType<typeof planOf>;
  scroll: boolean;
}

/** A fresh answer comes into view: on a phone it would be below the fold. */
function Answer({ call, plan, scroll }: AnswerProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (scroll) place.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [scroll]);
  return (
    <div ref={place}>
      <AnswerView call={call} plan={plan} />
    </div>
  );
}
