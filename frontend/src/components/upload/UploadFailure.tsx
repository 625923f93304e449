"use client";

import { Button } from "@mantine/core";
import { IconAlertTriangle, IconShieldX } from "@tabler/icons-react";
import { RequestId, errorText } from "@/components/ui/ErrorState";
import type { UploadFlow } from "@/hooks/useUploadFlow";
import type { TextKey } from "@/i18n/dictionary";
import { useI18n } from "@/i18n/I18nProvider";
import { detailList, detailText } from "@/lib/errors";
import classes from "./Upload.module.css";

type AdviceKey = TextKey & `upload.advice${string}`;

/** Names that reach outside the model; no estimator needs one. */
const UNSAFE = /^(os|posix|nt|subprocess|sys|socket|shutil|ctypes|importlib|runpy|pty|webbrowser)\b|\b(eval|exec|compile|__import__|open|getattr|setattr)$/;

/** What helps, by the reason that the server gives. */
const ADVICE: Record<string, AdviceKey | undefined> = {
  unreadable: "upload.adviceUnreadable",
  "not a pickle": "upload.adviceUnreadable",
  empty: "upload.adviceUnreadable",
  "not an estimator": "upload.adviceNotModel",
  "not fitted": "upload.adviceNotFitted",
  "no predict": "upload.adviceNoPredict",
  "columns unknown": "upload.adviceColumns",
  sample: "upload.adviceSample",
};

export function UploadFailure({ flow }: { flow: UploadFlow }) {
  const { t } = useI18n();
  if (!flow.error) return null;
  return (
    <div className={classes.stage} role="alert">
      {flow.phase === "refused" ? <Refusal error={flow.error} /> : <Failure error={flow.error} />}
      <RequestId error={flow.error} />
      <div>
        <Button variant="default" onClick={flow.edit}>
          {t("upload.tryAgain")}
        </Button>
      </div>
    </div>
  );
}

function Failure({ error }: { error: Error }) {
  const { t } = useI18n();
  return (
    <div className={classes.bad}>
      <IconAlertTriangle size={20} stroke={1.7} aria-hidden />
      <div>
        <h3 className={classes.heading}>{t("upload.failedTitle")}</h3>
        <p className={classes.text}>{errorText(error, t)}</p>
      </div>
    </div>
  );
}

function Refusal({ error }: { error: Error }) {
  const { t } = useI18n();
  const globals = detailList(error, "globals");
  const unsafe = globals.filter((name) => UNSAFE.test(name));
  const foreign = globals.filter((name) => !UNSAFE.test(name));
  const advice = ADVICE[detailText(error, "reason") ?? ""];
  return (
    <>
      <div className={classes.bad}>
        <IconShieldX size={20} stroke={1.7} aria-hidden />
        <div>
          <h3 className={classes.heading}>{t("upload.refusedTitle")}</h3>
          <p className={classes.text}>{globals.length > 0 ? t("upload.refusedText") : error.message}</p>
        </div>
      </div>
      {advice ? <p className={classes.text}>{t(advice)}</p> : null}
      <Names names={unsafe} advice={t("upload.refusedUnsafe")} />
      <Names names={foreign} advice={t("upload.refusedOwn")} />
    </>
  );
}

function Names({ names, advice }: { names: string[]; advice: string }) {
  if (names.length === 0) return null;
  return (
    <div className={classes.names}>
      <ul>
        {names.map((name) => (
          <li key={name}>
            <code className="mono">{name}</code>
          </li>
        ))}
      </ul>
      <p>{advice}</p>
    </div>
  );
}
