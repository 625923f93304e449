"use client";

import { Anchor } from "@mantine/core";
import Link from "next/link";
import { useModel } from "@/hooks/useModels";
import { useI18n } from "@/i18n/I18nProvider";
import { speedUp } from "@/lib/serving";

/** Names what answers the API's calls, and leads to the proof. Nothing until the model is known: the page does without. */
export function ServedBadge({ modelId }: { modelId: number }) {
  const { t, format } = useI18n();
  const { data: model } = useModel(modelId);
  if (!model) return null;
  const times = speedUp(model.compiled?.timings ?? []);
  const compiled = times === null ? t("serving.badge_compiled") : t("serving.badge_compiledTimes", { times: format.decimal(times, 1) });
  return (
    <Anchor component={Link} href={`/models/${modelId}`} inherit>
      {model.compiled?.is_used ? compiled : t("serving.badge_plain")}
    </Anchor>
  );
}
