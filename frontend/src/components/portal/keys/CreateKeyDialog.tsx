"use client";

import { Notice } from "@/components/monitoring/Notice";
import { Snippets } from "@/components/ui/Snippets";
import { useAttempt } from "@/hooks/useAttempt";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useAPIDetails, useExportedAPIs } from "@/hooks/useExports";
import { useCreateKey } from "@/hooks/useKeys";
import { useI18n } from "@/i18n/I18nProvider";
import { mayCall } from "@/lib/portal/scopes";
import type { NewPortalKey } from "@/lib/portal/types";
import { SecretModal } from "../shared/SecretModal";
import { CreateKeyForm } from "./CreateKeyForm";

interface CreateKeyDialogProps {
  opened: boolean;
  /** The app the key will belong to, where the dialog was opened from one. */
  appId?: string;
  onClose: () => void;
}

/** From a form to a key in clear. The key lives in this mutation only, until the dialog closes. */
export function CreateKeyDialog({ opened, appId, onClose }: CreateKeyDialogProps) {
  const { t } = useI18n();
  const { setEnvironment } = useEnvironment();
  const create = useCreateKey();
  const attemptFor = useAttempt();
  const minted = create.data ?? null;
  const close = () => {
    create.reset();
    onClose();
  };
  return (
    <SecretModal
      opened={opened}
      title={minted ? t("keys.createdTitle", { name: minted.name }) : t("keys.createTitle")}
      secret={minted?.api_key ?? null}
      after={minted ? <AfterCreation minted={minted} /> : null}
      onClose={close}
    >
      <CreateKeyForm
        appId={appId}
        error={create.error}
        busy={create.isPending}
        onCancel={close}
        onSubmit={(draft) =>
          // The list then shows the half in which the key was made.
          create.mutate({ draft, attempt: attemptFor(draft) }, { onSuccess: () => setEnvironment(draft.environment) })
        }
      />
    </SecretModal>
  );
}

function AfterCreation({ minted }: { minted: NewPortalKey }) {
  const { t } = useI18n();
  return (
    <>
      {minted.warnings.length > 0 ? <Notice tone="warn">{minted.warnings.join(" ")}</Notice> : null}
      <span>{t("keys.useIt")}</span>
      <CallWithKey minted={minted} />
    </>
  );
}

/** A call of an API that the key may call, ready to be sent. */
function CallWithKey({ minted }: { minted: NewPortalKey }) {
  const apis = useExportedAPIs();
  const api = apis.data?.find(({ id, status }) => status === "active" && mayCall(minted.scopes, id)) ?? null;
  const details = useAPIDetails(api?.id ?? null);
  return details.data ? <Snippets snippets={details.data.snippets} apiKey={minted.api_key} maxHeight={190} /> : null;
}
