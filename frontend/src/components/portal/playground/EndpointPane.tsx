"use client";

import { Badge, Tabs } from "@mantine/core";
import tabs from "@/components/monitoring/detail/Detail.module.css";
import { CopyButton } from "@/components/ui/CopyButton";
import { useEndpointDocs } from "@/hooks/usePlayground";
import { useUrlParams } from "@/hooks/useUrlParams";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import type { PlaygroundEndpoint } from "@/lib/portal/playgroundTypes";
import type { MadeCall } from "./madeCalls";
import classes from "./Playground.module.css";
import { Reference } from "./Reference";
import { TryIt } from "./TryIt";

interface EndpointPaneProps {
  endpoint: PlaygroundEndpoint;
  restored: MadeCall | null;
  onMade: (call: MadeCall) => void;
}

export function EndpointPane({ endpoint, restored, onMade }: EndpointPaneProps) {
  const { t } = useI18n();
  const { params, setParams } = useUrlParams();
  const docs = useEndpointDocs(endpoint.name);
  const tab = params.get("tab") === "docs" ? "docs" : "try";
  return (
    <section className={classes.pane} aria-labelledby="endpoint-title">
      <Heading endpoint={endpoint} />
      <Tabs value={tab} onChange={(next) => setParams({ tab: next === "docs" ? "docs" : null })} classNames={{ list: tabs.tabs, tab: tabs.tab, panel: tabs.panel }}>
        <Tabs.List>
          <Tabs.Tab value="try">{t("playground.tryIt")}</Tabs.Tab>
          <Tabs.Tab value="docs">{t("playground.docs")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="try">
          <TryIt endpoint={endpoint} parameters={docs.data?.parameters} restored={restored} onMade={onMade} />
        </Tabs.Panel>
        <Tabs.Panel value="docs">
          <Reference query={docs} />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

function Heading({ endpoint }: { endpoint: PlaygroundEndpoint }) {
  const { t, format } = useI18n();
  const { title, description, method, path, price, status } = endpoint;
  return (
    <header className={classes.heading}>
      <h2 id="endpoint-title" className={classes.title}>
        {title}
        {status === "active" ? null : <Badge color="gray">{t("playground.resting")}</Badge>}
      </h2>
      {description ? <p className={classes.description}>{description}</p> : null}
      <div className={classes.facts}>
        <span className={classes.address}>
          <span className={`mono ${classes.method}`}>{method}</span>
          <code className="mono">{path}</code>
          <CopyButton value={path} what={t("playground.path")} size="xs" />
        </span>
        <span>{priceText(price, { t, format })}</span>
      </div>
    </header>
  );
}

export function priceText({ credits, unit }: PlaygroundEndpoint["price"], { t, format }: Pick<I18n, "t" | "format">): string {
  const count = format.integer(credits);
  if (credits === 0) return t("playground.free");
  return unit === "row" ? t("playground.priceRow", { count }) : t("playground.priceUnit", { count, unit });
}
