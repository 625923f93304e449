"use client";

import { Button, Skeleton, Stack } from "@mantine/core";
import { IconKeyOff } from "@tabler/icons-react";
import Link from "next/link";
import { Notice } from "@/components/monitoring/Notice";
import { StatsSkeleton } from "@/components/monitoring/Skeletons";
import { BackLink } from "@/components/ui/BackLink";
import { CopyButton } from "@/components/ui/CopyButton";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { useKey } from "@/hooks/useKeys";
import { useRouteSegment } from "@/hooks/useRouteSegment";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError } from "@/lib/errors";
import type { PortalKey } from "@/lib/portal/types";
import { EnvironmentBadge, KeyStatusBadge } from "../shared/Badges";
import { KeyActions } from "./KeyActions";
import { KeyDialogs, useKeyDialogs } from "./KeyDialogs";
import { isUsable } from "./keyFilters";
import { KeyLimitsPanel } from "./KeyLimitsPanel";
import { KeyLineage } from "./KeyLineage";
import { KeyRestrictions } from "./KeyRestrictions";
import { KeyScopes } from "./KeyScopes";
import { KeyUsage } from "./KeyUsage";
import classes from "./KeyView.module.css";

/** One key: what it has done, what it may use, where it may come from, and what it took over from. */
export function KeyView() {
  const query = useKey(useRouteSegment());
  return (
    <QueryView query={query} skeleton={<KeySkeleton />} renderError={(error) => (error instanceof ApiError && error.status === 404 ? <Missing /> : null)}>
      {(key) => <Loaded item={key} />}
    </QueryView>
  );
}

function Loaded({ item }: { item: PortalKey }) {
  const { t } = useI18n();
  const dialogs = useKeyDialogs();
  const usable = isUsable(item);
  return (
    <>
      <PageHeader
        eyebrow={<BackLink href="/keys">{t("keys.back")}</BackLink>}
        title={item.name}
        subtitle={<Facts item={item} />}
        actions={
          usable ? (
            <>
              <Button variant="default" onClick={() => dialogs.open({ kind: "rotate", key: item })}>
                {t("keys.rotate")}
              </Button>
              <KeyActions item={item} onOpen={dialogs.open} withDetails={false} />
            </>
          ) : null
        }
      />
      {item.status === "revoked" ? (
        <div className={classes.notice}>
          <Notice tone="bad" title={t("keys.isRevoked")}>
            {item.revoked_reason ?? t("keys.noReason")}
          </Notice>
        </div>
      ) : null}
      <KeyUsage item={item} />
      <div className={classes.columns}>
        <Stack gap="md">
          <KeyLimitsPanel item={item} onEdit={usable ? () => dialogs.open({ kind: "limits", key: item }) : undefined} />
          <KeyScopes scopes={item.scopes} />
        </Stack>
        <Stack gap="md">
          {/* Saved restrictions come back with the key: the form then starts from them. */}
          <KeyRestrictions key={`${item.allowed_origins.join()} ${item.allowed_addresses.join()} ${item.signature_required} ${item.name}`} item={item} readOnly={!usable} />
          <KeyLineage item={item} />
        </Stack>
      </div>
      <KeyDialogs dialogs={dialogs} />
    </>
  );
}

/** Inline elements only: the header sets them in a paragraph. */
function Facts({ item }: { item: PortalKey }) {
  const { t } = useI18n();
  return (
    <span className={classes.facts}>
      <KeyStatusBadge status={item.status} />
      <EnvironmentBadge environment={item.environment} />
      <code className="mono">{item.key_masked}</code>
      <span className={classes.id}>
        <code className="mono">{item.key_id}</code>
        <CopyButton value={item.key_id} what={t("keys.keyId")} size="xs" />
      </span>
    </span>
  );
}

function Missing() {
  const { t } = useI18n();
  return (
    <EmptyState
      level={1}
      icon={IconKeyOff}
      title={t("keys.missingTitle")}
      text={t("keys.missingText")}
      action={
        <Button component={Link} href="/keys" variant="default">
          {t("keys.back")}
        </Button>
      }
    />
  );
}

function KeySkeleton() {
  return (
    <>
      <Skeleton height={14} width={90} />
      <Skeleton height={26} width={260} mt={14} />
      <Skeleton height={14} width={360} mt={12} mb={26} />
      <StatsSkeleton charts={2} />
    </>
  );
}
