"use client";

import { Button, Loader, Progress } from "@mantine/core";
import type { UploadFlow } from "@/hooks/useUploadFlow";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./Upload.module.css";
import { UploadSteps } from "./UploadSteps";

/** Bytes as they leave; then the wait for reading and compiling, which report no progress: both are named, none is ticked off. */
export function UploadProgressView({ flow }: { flow: UploadFlow }) {
  const { t } = useI18n();
  const inspecting = flow.phase === "inspecting";
  return (
    <div className={classes.stage}>
      <UploadSteps current={inspecting ? 1 : 0} />
      {inspecting ? (
        <div className={classes.inspecting}>
          <Loader size="sm" />
          <div>
            <h3 className={classes.heading}>{t("upload.inspecting")}</h3>
            <ul className={classes.parts}>
              <li>{t("upload.inspectingRead")}</li>
              <li>{t("upload.inspectingCompare")}</li>
            </ul>
            <p className={classes.text}>{t("upload.inspectingText")}</p>
          </div>
        </div>
      ) : (
        <Sending flow={flow} />
      )}
    </div>
  );
}

function Sending({ flow }: { flow: UploadFlow }) {
  const { t, format } = useI18n();
  const { loaded = 0, total = 0, bytesPerSecond = null } = flow.progress ?? {};
  const percent = total > 0 ? (loaded / total) * 100 : 0;
  const name = flow.draft.file?.name ?? "";
  return (
    <>
      <h3 className={classes.heading}>{t("upload.sending", { name })}</h3>
      <Progress.Root size={8} radius="sm" transitionDuration={120}>
        <Progress.Section value={percent} aria-label={t("upload.sending", { name })} />
      </Progress.Root>
      {/* Not announced: a screen reader has the progress bar, and would read each of these numbers. */}
      <div className={classes.figures} aria-live="off">
        <span>{t("upload.sentOf", { loaded: format.bytes(loaded), total: format.bytes(total) })}</span>
        <span>{bytesPerSecond === null ? null : t("upload.speed", { speed: format.bytes(bytesPerSecond) })}</span>
        <span className={classes.percent}>{format.percent(percent, 0)}</span>
      </div>
      <Button variant="default" onClick={flow.cancel}>
        {t("upload.cancelUpload")}
      </Button>
    </>
  );
}
