"use client";

import { Alert, Button, Switch } from "@mantine/core";
import { IconAlertCircle, IconRefresh } from "@tabler/icons-react";
import { RequestId, errorText } from "@/components/ui/ErrorState";
import { useChooseRuntime } from "@/hooks/useModels";
import { useI18n } from "@/i18n/I18nProvider";
import { servedBy } from "@/lib/serving";
import type { MLModel } from "@/lib/types";
import classes from "./Serving.module.css";

/** Moves at once and moves back where the server refuses. One choice at a time: the next waits for its answer. */
export function RuntimeSwitch({ model }: { model: MLModel }) {
  const { t } = useI18n();
  const choose = useChooseRuntime(model.id);
  const change = (runtime: MLModel["runtime"]) => {
    if (!choose.isPending) choose.mutate(runtime);
  };
  const retry = () => {
    if (choose.variables) change(choose.variables);
  };
  return (
    <div className={classes.choice}>
      <Switch
        label={t("serving.only")}
        description={t(servedBy(model) === "refused" ? "serving.onlyNoForm" : "serving.onlyHint")}
        checked={model.runtime === "scikit-learn"}
        aria-busy={choose.isPending}
        onChange={(event) => change(event.currentTarget.checked ? "scikit-learn" : "auto")}
      />
      {choose.error ? (
        <Alert bg="var(--mp-bad-soft)" c="var(--mp-bad)" role="alert" title={t("serving.onlyFailed")} styles={{ icon: { color: "var(--mp-bad)" }, title: { color: "var(--mp-bad)" } }} icon={<IconAlertCircle size={17} stroke={1.8} />}>
          {errorText(choose.error, t)}
          <RequestId error={choose.error} />
          <Button mt="xs" size="xs" variant="default" leftSection={<IconRefresh size={14} />} onClick={retry}>
            {t("common.retry")}
          </Button>
        </Alert>
      ) : null}
    </div>
  );
}
