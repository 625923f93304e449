"use client";

import { Skeleton } from "@mantine/core";
import { CodeBlock } from "@/components/ui/CodeBlock";
import { useAPIDetails, useExportedAPIs } from "@/hooks/useExports";
import { useI18n } from "@/i18n/I18nProvider";

/** The curl of one's own newest API, ready for a terminal but for the key. */
export function FirstCall() {
  const { t } = useI18n();
  const apis = useExportedAPIs();
  const api = apis.data?.find(({ status }) => status === "active") ?? null;
  const details = useAPIDetails(api?.id ?? null);
  if (apis.isPending || (api !== null && details.isPending)) return <Skeleton height={110} />;
  // Without an API that answers, or an answer about it, the playground's button alone leads on.
  if (!details.data) return null;
  return <CodeBlock language="curl" label={t("portal.curlOf", { name: details.data.name })} code={details.data.snippets.curl} />;
}
