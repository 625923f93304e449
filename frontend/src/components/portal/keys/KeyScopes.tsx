"use client";

import { Panel } from "@/components/ui/Panel";
import { useScopes } from "@/hooks/useKeys";
import { useI18n } from "@/i18n/I18nProvider";
import { isManagementScope } from "@/lib/portal/scopes";
import { managementHint, scopeTitle } from "./keyText";
import classes from "./KeyView.module.css";

/** What the key may do, in words and as the server names it. */
export function KeyScopes({ scopes }: { scopes: readonly string[] }) {
  const { t } = useI18n();
  const known = useScopes().data ?? [];
  return (
    <Panel title={t("keys.scopes")} hint={t("keys.scopesHint")}>
      <ul className={classes.list}>
        {scopes.map((scope) => (
          <li key={scope}>
            {scopeTitle(scope, t, known)}
            {isManagementScope(scope) ? <span className={classes.hint}>{managementHint(scope, t)}</span> : null}
            <code className="mono">{scope}</code>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
