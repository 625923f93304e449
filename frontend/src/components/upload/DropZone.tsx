"use client";

/** One model file by drop or by the system's dialog. Refuses by name what the server would refuse unread. */
import { Button } from "@mantine/core";
import { IconFileDescription, IconPackageImport, IconX } from "@tabler/icons-react";
import { type DragEvent, useRef, useState } from "react";
import { useI18n } from "@/i18n/I18nProvider";
import classes from "./DropZone.module.css";

const EXTENSIONS = /\.(joblib|pkl)$/i;

interface DropZoneProps {
  file: File | null;
  onFile: (file: File | null) => void;
}

export function DropZone({ file, onFile }: DropZoneProps) {
  const { t, format } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const take = (chosen: File | undefined) => {
    if (!chosen) return;
    const refusal = !EXTENSIONS.test(chosen.name) ? "upload.wrongType" : chosen.size === 0 ? "upload.emptyFile" : null;
    setProblem(refusal && t(refusal, { name: chosen.name }));
    onFile(refusal ? null : chosen);
  };
  const drag = (active: boolean) => (event: DragEvent) => {
    event.preventDefault();
    setOver(active);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  const browse = () => input.current?.click();
  return (
    <div>
      <div className={classes.zone} data-over={over || undefined} data-bad={problem !== null || undefined} onDragEnter={drag(true)} onDragOver={drag(true)} onDragLeave={drag(false)} onDrop={drop}>
        <input ref={input} type="file" className={classes.input} tabIndex={-1} aria-label={t("upload.fileField")} accept=".joblib,.pkl" onChange={(event) => take(event.currentTarget.files?.[0])} onClick={(event) => (event.currentTarget.value = "")} />
        {file ? (
          <div className={classes.file}>
            <IconFileDescription size={22} stroke={1.5} aria-hidden />
            <div className={classes.words}>
              <div className={classes.name}>{file.name}</div>
              <div className={classes.hint}>{format.bytes(file.size)}</div>
            </div>
            <Button size="compact-sm" variant="default" onClick={browse}>
              {t("upload.changeFile")}
            </Button>
            <button type="button" className={classes.remove} aria-label={t("upload.removeFile", { name: file.name })} onClick={() => onFile(null)}>
              <IconX size={15} stroke={1.8} />
            </button>
          </div>
        ) : (
          <div className={classes.empty}>
            <IconPackageImport size={26} stroke={1.4} aria-hidden className={classes.icon} />
            <div className={classes.title}>{over ? t("upload.dropActive") : t("upload.drop")}</div>
            <div className={classes.hint}>
              {t("upload.or")}{" "}
              <button type="button" className={classes.browse} onClick={browse}>
                {t("upload.browse")}
              </button>{" "}
              · {t("upload.accepted")}
            </div>
          </div>
        )}
      </div>
      {problem ? (
        <div role="alert" className={classes.problem}>
          {problem}
        </div>
      ) : null}
    </div>
  );
}
