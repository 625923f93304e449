"use client";

import { Button, CloseButton, Group, Skeleton, Stack, TextInput } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconBox, IconFlower, IconSearch, IconSearchOff, IconUpload } from "@tabler/icons-react";
import { type ReactNode, useMemo, useState } from "react";
import { ExportAPIModal } from "@/components/monitoring/ExportAPIModal";
import { EmptyState } from "@/components/ui/EmptyState";
import { FormError } from "@/components/ui/FormError";
import { PageHeader } from "@/components/ui/PageHeader";
import { QueryView } from "@/components/ui/QueryView";
import { UploadDrawer } from "@/components/upload/UploadDrawer";
import { type ExportFlow, useExportFlow } from "@/hooks/useExportFlow";
import { useAddDemoModel, useModels } from "@/hooks/useModels";
import { useI18n } from "@/i18n/I18nProvider";
import type { MLModel } from "@/lib/types";
import { ModelCards } from "./ModelCards";
import { ModelTable } from "./ModelTable";

export function ModelsView() {
  const { t } = useI18n();
  const query = useModels();
  const flow = useExportFlow();
  const [uploading, { open, close }] = useDisclosure(false);
  const uploadButton = (
    <Button leftSection={<IconUpload size={16} stroke={1.8} />} onClick={open}>
      {t("models.upload")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("models.title")} subtitle={t("models.subtitle")} actions={uploadButton} />
      <QueryView
        query={query}
        skeleton={<ListSkeleton />}
        isEmpty={(data) => data.pages.every((page) => page.items.length === 0)}
        empty={<FirstModel upload={uploadButton} />}
      >
        {(data) => (
          <>
            <ModelList models={data.pages.flatMap((page) => page.items)} flow={flow} />
            {query.hasNextPage ? (
              <Group justify="center" mt="md">
                <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {t("models.loadMore")}
                </Button>
              </Group>
            ) : null}
          </>
        )}
      </QueryView>
      <UploadDrawer opened={uploading} onClose={close} onExport={flow.start} />
      <ExportAPIModal flow={flow} />
    </>
  );
}

function FirstModel({ upload }: { upload: ReactNode }) {
  const { t } = useI18n();
  const demo = useAddDemoModel();
  const actions = (
    <Stack align="center" gap="sm">
      <Group justify="center" gap="sm">
        {upload}
        <Button variant="default" leftSection={<IconFlower size={16} stroke={1.8} />} loading={demo.isPending} onClick={() => demo.mutate()}>
          {t("models.addDemo")}
        </Button>
      </Group>
      <FormError error={demo.error} />
    </Stack>
  );
  return <EmptyState icon={IconBox} title={t("models.emptyTitle")} text={t("models.emptyText")} action={actions} />;
}

function ModelList({ models, flow }: { models: MLModel[]; flow: ExportFlow }) {
  const { t, tn } = useI18n();
  const [search, setSearch] = useState("");
  const found = useMemo(() => models.filter((model) => matches(model, search)), [models, search]);
  const narrow = useMediaQuery("(max-width: 79.99em)", false, { getInitialValueInEffect: false });
  const clear = () => setSearch("");
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <TextInput
          aria-label={t("models.searchLabel")}
          placeholder={t("models.searchPlaceholder")}
          leftSection={<IconSearch size={15} stroke={1.8} />}
          rightSection={search ? <CloseButton size="sm" aria-label={t("models.clearSearch")} onClick={clear} /> : null}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          w={{ base: "100%", xs: 320 }}
        />
        <span role="status" className="tnum" style={{ color: "var(--mp-ink-3)", fontSize: 13 }}>
          {tn("models.count", found.length)}
        </span>
      </Group>
      {found.length === 0 ? (
        <EmptyState
          icon={IconSearchOff}
          title={t("models.noMatch")}
          text={search}
          action={
            <Button variant="default" onClick={clear}>
              {t("models.clearSearch")}
            </Button>
          }
        />
      ) : narrow ? (
        <ModelCards models={found} flow={flow} />
      ) : (
        <ModelTable models={found} flow={flow} />
      )}
    </Stack>
  );
}

function matches(model: MLModel, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [model.name, model.file_name, model.description ?? "", ...model.pipeline].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

function ListSkeleton() {
  return (
    <Stack gap="sm">
      <Skeleton height={36} maw={320} />
      <Skeleton height={42} />
      {[0, 1, 2, 3].map((row) => (
        <Skeleton key={row} height={62} />
      ))}
    </Stack>
  );
}
