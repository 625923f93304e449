"use client";

import { Drawer } from "@mantine/core";
import { useLeaveWarning } from "@/hooks/useLeaveWarning";
import { useUploadFlow } from "@/hooks/useUploadFlow";
import { useI18n } from "@/i18n/I18nProvider";
import type { MLModel } from "@/lib/types";
import { UploadFailure } from "./UploadFailure";
import { UploadForm } from "./UploadForm";
import { UploadProgressView } from "./UploadProgressView";
import { UploadReady } from "./UploadReady";

interface UploadDrawerProps {
  opened: boolean;
  onClose: () => void;
  onExport: (model: MLModel) => void;
}

export function UploadDrawer({ opened, onClose, onExport }: UploadDrawerProps) {
  const { t } = useI18n();
  const flow = useUploadFlow();
  const busy = flow.phase === "sending" || flow.phase === "inspecting";
  useLeaveWarning(busy);
  const close = () => {
    if (busy) return;
    onClose();
    if (flow.phase !== "choosing") flow.reset();
  };
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="right"
      size={520}
      title={t("upload.title")}
      closeOnClickOutside={!busy}
      closeOnEscape={!busy}
      withCloseButton={!busy}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <div aria-live="polite" data-upload-phase={flow.phase}>
        {flow.phase === "choosing" ? <UploadForm flow={flow} /> : null}
        {busy ? <UploadProgressView flow={flow} /> : null}
        {flow.phase === "refused" || flow.phase === "failed" ? <UploadFailure flow={flow} /> : null}
        {flow.phase === "done" && flow.model ? (
          <UploadReady
            model={flow.model}
            onAnother={flow.reset}
            onExport={(model) => {
              close();
              onExport(model);
            }}
          />
        ) : null}
      </div>
    </Drawer>
  );
}
