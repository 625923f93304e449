"use client";

import { Button, Center, Stack } from "@mantine/core";
import { IconCompass } from "@tabler/icons-react";
import Link from "next/link";
import { Logo } from "@/components/brand/Logo";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageTitle } from "@/components/ui/PageTitle";
import { useI18n } from "@/i18n/I18nProvider";
import { HOME } from "@/lib/navigation";

export function NotFoundView() {
  const { t } = useI18n();
  return (
    <Center mih="100dvh" p="md">
      <PageTitle text={t("common.notFoundTitle")} />
      <Stack align="center" gap="lg" w="100%" maw={560}>
        <Logo />
        <EmptyState
          level={1}
          icon={IconCompass}
          title={t("common.notFoundTitle")}
          text={t("common.notFoundText")}
          action={
            <Button component={Link} href={HOME} variant="default">
              {t("common.goHome")}
            </Button>
          }
        />
      </Stack>
    </Center>
  );
}
