"use client";

/** A dialog that ends with a key in clear: it closes only when the reader says the key is kept, or insists. */
import { Button, Group, Modal } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { KeyReveal } from "@/components/ui/KeyReveal";
import { UnkeptKeyDialog } from "@/components/ui/UnkeptKeyDialog";
import { useLeaveWarning } from "@/hooks/useLeaveWarning";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./Dialogs.module.css";

interface SecretModalProps {
  opened: boolean;
  title: string;
  /** The key in clear, once there is one. */
  secret: string | null;
  /** Under the key: what to know or do next. */
  after?: ReactNode;
  /** The form that leads to the key. */
  children: ReactNode;
  onClose: () => void;
  size?: number;
}

export function SecretModal({ opened, title, secret, after, children, onClose, size = 620 }: SecretModalProps) {
  const { t } = useI18n();
  const [saved, setSaved] = useState(false);
  const [confirming, setConfirming] = useState(false);
  const atRisk = opened && secret !== null && !saved;
  useLeaveWarning(atRisk);
  const leave = () => {
    setSaved(false);
    setConfirming(false);
    onClose();
  };
  const tryToLeave = () => (atRisk ? setConfirming(true) : leave());
  return (
    <>
      <Modal
        opened={opened}
        onClose={tryToLeave}
        title={title}
        size={size}
        closeOnClickOutside={false}
        closeOnEscape={!confirming}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        {secret === null ? (
          children
        ) : (
          <div aria-live="polite">
            <KeyReveal apiKey={secret} saved={saved} onSaved={setSaved} />
            {after ? <div className={classes.after}>{after}</div> : null}
            <Group justify="flex-end" mt="lg">
              <Button onClick={tryToLeave}>{t("common.done")}</Button>
            </Group>
          </div>
        )}
      </Modal>
      {confirming ? <UnkeptKeyDialog onStay={() => setConfirming(false)} onLeave={leave} /> : null}
    </>
  );
}
