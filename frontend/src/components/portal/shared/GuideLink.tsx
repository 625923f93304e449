"use client";

import { Button } from "@mantine/core";
import { IconBook2 } from "@tabler/icons-react";
import { useI18n } from "@/i18n/I18nProvider";

const GUIDES = { api: "/docs/module-6-api.md", billing: "/docs/module-8-billing.md" } as const;

/** Opens a guide beside the portal. */
export function GuideLink({ guide }: { guide: keyof typeof GUIDES }) {
  const { t } = useI18n();
  return (
    <Button component="a" href={GUIDES[guide]} target="_blank" rel="noopener" variant="default" leftSection={<IconBook2 size={16} stroke={1.8} />}>
      {t(`portal.guide_${guide}`)}
    </Button>
  );
}
