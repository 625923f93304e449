"use client";

import { IconSearchOff } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState } from "@/components/ui/EmptyState";
import { useUrlParams } from "@/hooks/useUrlParams";
import { useI18n } from "@/i18n/I18nProvider";
import type { PlaygroundEndpoint } from "@/lib/portal/playgroundTypes";
import { CallHistory } from "./CallHistory";
import { EndpointList } from "./EndpointList";
import { EndpointPane } from "./EndpointPane";
import { type MadeCall, withCall } from "./madeCalls";
import classes from "./Playground.module.css";

/** Which endpoint is open is in the address; the calls made live as long as the page. */
export function Workbench({ endpoints }: { endpoints: readonly PlaygroundEndpoint[] }) {
  const { t } = useI18n();
  const { params, setParams } = useUrlParams();
  const [calls, setCalls] = useState<MadeCall[]>([]);
  const [restored, setRestored] = useState<MadeCall | null>(null);
  const wanted = params.get("endpoint");
  const endpoint = wanted === null ? endpoints[0] : endpoints.find(({ name }) => name === wanted);
  const open = (name: string, call: MadeCall | null = null) => {
    setRestored(call);
    setParams({ endpoint: name });
  };
  return (
    <div className={classes.bench}>
      <div className={classes.side}>
        <EndpointList endpoints={endpoints} chosen={endpoint?.name ?? null} onChoose={open} />
        <CallHistory calls={calls} onOpen={(call) => open(call.endpoint, call)} />
      </div>
      {endpoint ? (
        <EndpointPane
          key={`${endpoint.name} ${restored?.id ?? ""}`}
          endpoint={endpoint}
          restored={restored}
          onMade={(call) => setCalls((made) => withCall(made, call))}
        />
      ) : (
        <EmptyState icon={IconSearchOff} title={t("playground.unknownTitle")} text={t("playground.unknownText", { name: wanted ?? "" })} />
      )}
    </div>
  );
}
