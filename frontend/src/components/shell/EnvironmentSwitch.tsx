"use client";

import { SegmentedControl } from "@mantine/core";
import { useEnvironment } from "@/hooks/useEnvironment";
import { useI18n } from "@/i18n/I18nProvider";
import type { Environment } from "@/lib/portal/types";
import classes from "./Environment.module.css";

/** Live or test: everything of the developer pages follows it. */
export function EnvironmentSwitch() {
  const { t } = useI18n();
  const { environment, setEnvironment } = useEnvironment();
  return (
    <SegmentedControl<Environment>
      fullWidth
      size="xs"
      aria-label={t("shell.environment")}
      classNames={{ root: classes.switch }}
      data-environment={environment}
      value={environment}
      onChange={setEnvironment}
      data={[
        { value: "live", label: t("portal.environment_live") },
        { value: "test", label: t("portal.environment_test") },
      ]}
    />
  );
}
