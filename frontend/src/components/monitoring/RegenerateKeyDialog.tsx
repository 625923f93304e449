"use client";

import { Box, Button, Group, Modal, Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { errorText } from "@/components/ui/ErrorState";
import { KeyReveal } from "@/components/ui/KeyReveal";
import { useRegenerateAPIKey } from "@/hooks/useExports";
import { useI18n } from "@/i18n/I18nProvider";
import type { NewKey } from "@/lib/types";
import { DangerButton } from "./DangerButton";
import { Notice } from "./Notice";

/** Seconds the old key goes on working. */
const GRACES = { none: 0, hour: 3_600, day: 86_400, week: 604_800 } as const;
type Grace = keyof typeof GRACES;

interface RegenerateKeyDialogProps {
  api: { id: number; name: string; api_key_masked: string };
  opened: boolean;
  onClose: () => void;
}

/** Two steps: what becomes of the old key, then the new one, which is shown this once. */
export function RegenerateKeyDialog({ api, opened, onClose }: RegenerateKeyDialogProps) {
  const { t } = useI18n();
  const [minted, setMinted] = useState<NewKey | null>(null);
  const close = () => {
    setMinted(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      size="lg"
      title={t(minted ? "apis.newKeyTitle" : "apis.regenerateTitle", { name: api.name })}
      // A stray click must not lose the only sight of the key.
      closeOnClickOutside={minted === null}
      closeOnEscape={minted === null}
      withCloseButton={minted === null}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {minted ? <Minted minted={minted} onClose={close} /> : <Ask api={api} onMinted={setMinted} onCancel={close} />}
    </Modal>
  );
}

interface AskProps {
  api: RegenerateKeyDialogProps["api"];
  onMinted: (minted: NewKey) => void;
  onCancel: () => void;
}

function Ask({ api, onMinted, onCancel }: AskProps) {
  const { t } = useI18n();
  const [grace, setGrace] = useState<Grace>("day");
  const regenerate = useRegenerateAPIKey();
  const Submit = grace === "none" ? DangerButton : Button;
  const submit = () => regenerate.mutate({ apiId: api.id, graceSeconds: GRACES[grace] }, { onSuccess: onMinted });
  return (
    <>
      <Text size="sm">{t("apis.regenerateText", { masked: api.api_key_masked })}</Text>
      <Radio.Group mt="md" label={t("apis.graceLabel")} value={grace} onChange={(value) => setGrace(graceOf(value))}>
        <Stack gap={8} mt={8}>
          {graceNames.map((name) => (
            <Radio key={name} value={name} label={t(`apis.grace_${name}`)} />
          ))}
        </Stack>
      </Radio.Group>
      {grace === "none" ? (
        <Box mt="md">
          <Notice tone="warn">{t("apis.graceWarning")}</Notice>
        </Box>
      ) : null}
      {regenerate.error ? (
        <Box mt="md">
          <Notice tone="bad" urgent>
            {errorText(regenerate.error, t)}
          </Notice>
        </Box>
      ) : null}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onCancel}>
          {t("common.cancel")}
        </Button>
        <Submit onClick={submit} loading={regenerate.isPending}>
          {t("apis.regenerateConfirm")}
        </Submit>
      </Group>
    </>
  );
}

const graceNames = ["none", "hour", "day", "week"] as const satisfies readonly Grace[];

function graceOf(value: string): Grace {
  return graceNames.find((name) => name === value) ?? "day";
}

function Minted({ minted, onClose }: { minted: NewKey; onClose: () => void }) {
  const { t, format } = useI18n();
  const [saved, setSaved] = useState(false);
  const until = minted.previous_key_expires_at;
  return (
    <>
      <KeyReveal apiKey={minted.api_key} saved={saved} onSaved={setSaved} />
      <Text size="sm" mt="md">
        {until ? t("apis.oldKeyUntil", { when: format.dateTime(until) }) : t("apis.oldKeyStopped")}
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button onClick={onClose} disabled={!saved}>
          {t("common.done")}
        </Button>
      </Group>
    </>
  );
}
