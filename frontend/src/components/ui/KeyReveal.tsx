"use client";

import { Checkbox } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useI18n } from "@/i18n/I18nProvider";
import { CopyButton } from "./CopyButton";
import classes from "./KeyReveal.module.css";

interface KeyRevealProps {
  apiKey: string;
  /** Whether the reader has said that the key is kept. The dialog around must not close before. */
  saved: boolean;
  onSaved: (saved: boolean) => void;
}

/** A key in clear, the only time anyone sees it. Copying counts as keeping it; the box can be ticked by hand too. */
export function KeyReveal({ apiKey, saved, onSaved }: KeyRevealProps) {
  const { t } = useI18n();
  return (
    <div className={classes.reveal}>
      <div className={classes.head}>
        <IconKey size={16} stroke={1.8} aria-hidden />
        <span className={classes.label}>{t("keys.apiKey")}</span>
        <span className={classes.once}>{t("keys.shownOnce")}</span>
      </div>
      <div className={classes.box}>
        <code className={`mono ${classes.value}`} data-testid="api-key">
          {apiKey}
        </code>
        <CopyButton value={apiKey} what={t("keys.apiKey")} size="md" onCopied={() => onSaved(true)} />
      </div>
      <Checkbox
        size="sm"
        mt={10}
        checked={saved}
        onChange={(event) => onSaved(event.currentTarget.checked)}
        label={t("keys.iKeptIt")}
      />
    </div>
  );
}
