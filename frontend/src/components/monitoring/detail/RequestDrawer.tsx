"use client";

import { Box, Drawer, Skeleton } from "@mantine/core";
import { IconFileOff } from "@tabler/icons-react";
import { EmptyState } from "@/components/ui/EmptyState";
import { QueryView } from "@/components/ui/QueryView";
import { useAPIRequest } from "@/hooks/useMonitoring";
import { useI18n } from "@/i18n/I18nProvider";
import type { APIRequest } from "@/lib/monitoringTypes";
import { Notice } from "../Notice";
import { Body, Copyable, Fact, Facts, Status } from "./Entry";

interface RequestDrawerProps {
  apiId: number;
  requestId: string | null;
  onClose: () => void;
}

/** One request as it was logged. Read by its id, so that a link to it works whichever page of the log it is on. */
export function RequestDrawer({ apiId, requestId, onClose }: RequestDrawerProps) {
  const { t } = useI18n();
  return (
    <Drawer
      opened={requestId !== null}
      onClose={onClose}
      position="right"
      size="min(560px, 100vw)"
      title={t("requests.one")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {requestId === null ? null : <Logged apiId={apiId} requestId={requestId} />}
    </Drawer>
  );
}

function Logged({ apiId, requestId }: { apiId: number; requestId: string }) {
  const { t } = useI18n();
  const query = useAPIRequest(apiId, requestId);
  return (
    <QueryView
      query={query}
      skeleton={<Skeleton height={380} radius={8} />}
      isEmpty={(request) => request === null}
      empty={<EmptyState icon={IconFileOff} title={t("requests.goneTitle")} text={t("requests.goneText", { id: requestId })} />}
    >
      {(request) => (request === null ? null : <Entry request={request} />)}
    </QueryView>
  );
}

function Entry({ request }: { request: APIRequest }) {
  const { t, format } = useI18n();
  return (
    <>
      <Facts>
        <Fact label={t("apis.status")}>
          <Status code={request.status_code} />
        </Fact>
        <Fact label={t("charts.responseTime")}>{format.duration(request.response_time)}</Fact>
        <Fact label={t("charts.time")}>{format.exact(request.timestamp)}</Fact>
        <Fact label={t("requests.rows")}>{format.integer(request.rows)}</Fact>
        <Fact label={t("charts.cpuTitle")}>{format.percent(request.cpu_usage)}</Fact>
        <Fact label={t("charts.memoryTitle")}>{format.megabytes(request.memory_usage)}</Fact>
        <Fact label={t("common.requestId")} wide>
          <Copyable value={request.request_id} what={t("common.requestId")} />
        </Fact>
        <Fact label={t("requests.key")} wide>
          {request.key_id ? <Copyable value={request.key_id} what={t("requests.key")} /> : t("requests.noKey")}
        </Fact>
      </Facts>
      {request.error_message ? (
        <Box mb="lg">
          <Notice tone="bad" title={t("requests.error")}>
            {request.error_message}
          </Notice>
        </Box>
      ) : null}
      <Body title={t("requests.request")} body={request.request_data} absent={t("requests.noRequestBody")} />
      <Body title={t("requests.response")} body={request.response_data} absent={t("requests.noResponseBody")} />
    </>
  );
}
