"use client";

import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { errorText } from "@/components/ui/ErrorState";
import { useUpdateAPIStatus } from "@/hooks/useExports";
import { useI18n } from "@/i18n/I18nProvider";
import type { APIStatus } from "@/lib/types";

interface StatusToggleProps {
  api: { id: number; name: string; status: APIStatus };
  compact?: boolean;
}

/** Pauses an API, or lets it answer again. Both can be taken back at once, so neither asks first. */
export function StatusToggle({ api, compact = false }: StatusToggleProps) {
  const { t } = useI18n();
  const update = useUpdateAPIStatus();
  const pausing = api.status === "active";
  const words = t(pausing ? "monitoring.pause" : "monitoring.resume");
  const label = t(pausing ? "monitoring.pauseOf" : "monitoring.resumeOf", { name: api.name });
  const Icon = pausing ? IconPlayerPause : IconPlayerPlay;
  const { name } = api;
  const change = () =>
    update.mutate(
      { apiId: api.id, status: pausing ? "inactive" : "active" },
      {
        onSuccess: () => notifications.show({ message: t(pausing ? "monitoring.pausedNow" : "monitoring.resumedNow", { name }) }),
        onError: (error) =>
          notifications.show({ color: "red", title: t("monitoring.statusFailed", { name }), message: errorText(error, t) }),
      },
    );
  if (!compact) {
    return (
      <Button variant="default" leftSection={<Icon size={15} stroke={1.8} />} onClick={change} loading={update.isPending} aria-label={label}>
        {words}
      </Button>
    );
  }
  return (
    <Tooltip label={words}>
      <ActionIcon size={34} onClick={change} loading={update.isPending} aria-label={label}>
        <Icon size={16} stroke={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}
