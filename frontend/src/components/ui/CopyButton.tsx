"use client";

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useClipboardCopy } from "@/hooks/useClipboardCopy";
import { useI18n } from "@/i18n/I18nProvider";

interface CopyButtonProps {
  value: string;
  /** Names what is copied, for the tooltip and for screen readers. */
  what: string;
  size?: "xs" | "sm" | "md";
  onCopied?: () => void;
}

export function CopyButton({ value, what, size = "sm", onCopied }: CopyButtonProps) {
  const { t } = useI18n();
  const { copied, copy } = useClipboardCopy(onCopied);
  const label = copied ? t("common.copied") : t("common.copyOf", { what });
  const icon = size === "xs" ? 13 : 15;
  return (
    <Tooltip label={label}>
      <ActionIcon size={size} aria-label={label} onClick={() => void copy(value)} color={copied ? "green" : "gray"}>
        {copied ? <IconCheck size={icon} stroke={2} /> : <IconCopy size={icon} stroke={1.7} />}
      </ActionIcon>
    </Tooltip>
  );
}
