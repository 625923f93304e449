"use client";

import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { DangerButton } from "@/components/monitoring/DangerButton";
import { Notice } from "@/components/monitoring/Notice";
import { FormError } from "@/components/ui/FormError";
import { useAttempt } from "@/hooks/useAttempt";
import { useRotateKey } from "@/hooks/useKeys";
import { useI18n } from "@/i18n/I18nProvider";
import type { PortalKey } from "@/lib/portal/types";
import { refusalText } from "../shared/refusal";
import { SecretModal } from "../shared/SecretModal";

/** Seconds the old key goes on working. */
const GRACES = { none: 0, hour: 3_600, day: 86_400, week: 604_800, month: 2_592_000 } as const;
type Grace = keyof typeof GRACES;
const GRACE_NAMES = ["none", "hour", "day", "week", "month"] as const satisfies readonly Grace[];

/** Gives a key a successor with the same scopes and limits; both work until the grace period ends. */
export function RotateKeyDialog({ subject, onClose }: { subject: PortalKey | null; onClose: () => void }) {
  const { t, format } = useI18n();
  const rotate = useRotateKey();
  const attemptFor = useAttempt();
  const rotated = rotate.data ?? null;
  const close = () => {
    rotate.reset();
    onClose();
  };
  const until = rotate.variables?.graceSeconds === 0 ? null : (rotated?.previous_key_expires_at ?? null);
  return (
    <SecretModal
      opened={subject !== null}
      title={t(rotated ? "keys.rotatedTitle" : "keys.rotateTitle", { name: subject?.name ?? "" })}
      secret={rotated?.api_key ?? null}
      after={<span>{until ? t("keys.oldUntil", { when: format.dateTime(until) }) : t("keys.oldStopped")}</span>}
      onClose={close}
      size={520}
    >
      {subject ? (
        <Ask
          subject={subject}
          error={rotate.error}
          busy={rotate.isPending}
          onCancel={close}
          onRotate={(grace) => rotate.mutate({ keyId: subject.key_id, graceSeconds: GRACES[grace], attempt: attemptFor([subject.key_id, grace]) })}
        />
      ) : null}
    </SecretModal>
  );
}

interface AskProps {
  subject: PortalKey;
  error: Error | null;
  busy: boolean;
  onRotate: (grace: Grace) => void;
  onCancel: () => void;
}

function Ask({ subject, error, busy, onRotate, onCancel }: AskProps) {
  const { t } = useI18n();
  const [grace, setGrace] = useState<Grace>("week");
  const Submit = grace === "none" ? DangerButton : Button;
  return (
    <Stack gap="md">
      <FormError error={error} text={refusalText(error)} />
      <Text size="sm">{t("keys.rotateText", { masked: subject.key_masked })}</Text>
      <Radio.Group label={t("keys.grace")} value={grace} onChange={(value) => setGrace(GRACE_NAMES.find((name) => name === value) ?? "week")}>
        <Stack gap={8} mt={4}>
          {GRACE_NAMES.map((name) => (
            <Radio key={name} value={name} label={t(`keys.grace_${name}`)} />
          ))}
        </Stack>
      </Radio.Group>
      {grace === "none" ? <Notice tone="warn">{t("keys.graceWarning")}</Notice> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel}>
          {t("common.cancel")}
        </Button>
        <Submit loading={busy} onClick={() => onRotate(grace)}>
          {t("keys.rotate")}
        </Submit>
      </Group>
    </Stack>
  );
}
