"use client";

import { useCallback, useState } from "react";
import type { PortalKey } from "@/lib/portal/types";
import { CreateKeyDialog } from "./CreateKeyDialog";
import { LimitsDialog } from "./LimitsDialog";
import { RevokeKeyDialog } from "./RevokeKeyDialog";
import { RotateKeyDialog } from "./RotateKeyDialog";

export type KeyDialog = { kind: "create"; appId?: string } | { kind: "rotate" | "revoke" | "limits"; key: PortalKey };
export type OpenKeyDialog = (dialog: KeyDialog) => void;

interface KeyDialogsState {
  current: KeyDialog | null;
  open: OpenKeyDialog;
  close: () => void;
}

/** Which dialog about a key is open; one at a time. `open` and `close` never change. */
export function useKeyDialogs(initial: KeyDialog | null = null): KeyDialogsState {
  const [current, open] = useState<KeyDialog | null>(initial);
  const close = useCallback(() => open(null), []);
  return { current, open, close };
}

export function KeyDialogs({ dialogs: { current, close } }: { dialogs: KeyDialogsState }) {
  const subject = current && current.kind !== "create" ? current : null;
  return (
    <>
      <CreateKeyDialog opened={current?.kind === "create"} appId={current?.kind === "create" ? current.appId : undefined} onClose={close} />
      <RotateKeyDialog subject={subject?.kind === "rotate" ? subject.key : null} onClose={close} />
      <RevokeKeyDialog subject={subject?.kind === "revoke" ? subject.key : null} onClose={close} />
      <LimitsDialog subject={subject?.kind === "limits" ? subject.key : null} onClose={close} />
    </>
  );
}
