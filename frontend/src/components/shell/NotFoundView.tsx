"use client";

import { Button } from "@mantine/core";
import { IconCompass } from "@tabler/icons-react";
import Link from "next/link";
import { EmptyState } from "@/components/ui/EmptyState";
import { useI18n } from "@/i18n/I18nProvider";
import { HOME } from "@/lib/navigation";

export function NotFoundView() {
  const { t } = useI18n();
  return (
    <EmptyState
      icon={IconCompass}
      title={t("common.notFoundTitle")}
      text={t("common.notFoundText")}
      action={
        <Button component={Link} href={HOME} variant="default">
          {t("common.goHome")}
        </Button>
      }
    />
  );
}
