"use client";

/**
 * The modal of an export: options when asked for, then address, key and ways to call it.
 * The key is shown once, so the modal closes only when the reader says it is kept, or insists.
 */
import { Loader, Modal } from "@mantine/core";
import { useState } from "react";
import { ExportOptionsForm } from "@/components/exporting/ExportOptionsForm";
import { ExportResult } from "@/components/exporting/ExportResult";
import { UnkeptKeyDialog } from "@/components/ui/UnkeptKeyDialog";
import type { ExportFlow } from "@/hooks/useExportFlow";
import { useLeaveWarning } from "@/hooks/useLeaveWarning";
import { useI18n } from "@/i18n/I18nProvider";
import { isCompiledAtExport } from "@/lib/serving";
import classes from "./ExportAPIModal.module.css";

export function ExportAPIModal({ flow }: { flow: ExportFlow }) {
  const { t } = useI18n();
  const [saved, setSaved] = useState(false);
  const [confirming, setConfirming] = useState(false);
  const keyAtRisk = flow.phase === "done" && !saved;
  useLeaveWarning(keyAtRisk);
  const leave = () => {
    setSaved(false);
    setConfirming(false);
    flow.close();
  };
  const tryToLeave = () => {
    if (flow.phase === "busy") return;
    if (keyAtRisk) setConfirming(true);
    else leave();
  };
  return (
    <>
      <Modal
        opened={flow.phase !== "closed"}
        onClose={tryToLeave}
        title={<Title flow={flow} />}
        size={640}
        closeOnClickOutside={flow.phase === "asking"}
        closeOnEscape={!confirming}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <div aria-live="polite">
          <Body flow={flow} saved={saved} onSaved={setSaved} onLeave={tryToLeave} />
        </div>
      </Modal>
      {confirming ? <UnkeptKeyDialog onStay={() => setConfirming(false)} onLeave={leave} /> : null}
    </>
  );
}

interface BodyProps {
  flow: ExportFlow;
  saved: boolean;
  onSaved: (saved: boolean) => void;
  onLeave: () => void;
}

function Body({ flow, saved, onSaved, onLeave }: BodyProps) {
  const { t } = useI18n();
  if (flow.phase === "busy") {
    return (
      <div className={classes.busy}>
        <Loader size="sm" />
        {t(flow.model && isCompiledAtExport(flow.model) ? "exporting.busyCompiling" : "exporting.busyText")}
      </div>
    );
  }
  if (flow.phase === "done" && flow.result) return <ExportResult result={flow.result} saved={saved} onSaved={onSaved} onDone={onLeave} />;
  return flow.model ? <ExportOptionsForm key={flow.model.id} model={flow.model} error={flow.error} onSubmit={flow.submit} onCancel={onLeave} /> : null;
}

function Title({ flow }: { flow: ExportFlow }) {
  const { t } = useI18n();
  if (flow.phase === "done" && flow.result) return t("exporting.titleDone", { name: flow.result.name });
  const name = flow.model?.name ?? "";
  return flow.phase === "busy" ? t("exporting.titleBusy", { name }) : t("exporting.titleAsk", { name });
}
