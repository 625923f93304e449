"use client";

import { Group, Skeleton, Stack } from "@mantine/core";
import { IconBoxOff } from "@tabler/icons-react";
import { ExportAPIModal } from "@/components/monitoring/ExportAPIModal";
import { BackLink } from "@/components/ui/BackLink";
import { EmptyState } from "@/components/ui/EmptyState";
import { PageHeader } from "@/components/ui/PageHeader";
import { PageTitle } from "@/components/ui/PageTitle";
import { QueryView } from "@/components/ui/QueryView";
import { TaskBadge } from "@/components/ui/TaskBadge";
import { useExportFlow } from "@/hooks/useExportFlow";
import { useModel } from "@/hooks/useModels";
import { useRouteId } from "@/hooks/useRouteId";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError } from "@/lib/errors";
import type { MLModel } from "@/lib/types";
import { ContractPanel } from "./ContractPanel";
import { ExportControl } from "./ExportControl";
import classes from "./ModelView.module.css";
import { ModelAPIs } from "./ModelAPIs";
import { ModelFacts } from "./ModelFacts";
import { OutputPanel } from "./OutputPanel";
import { PipelineChips } from "./PipelineChips";
import { ServingSection } from "./serving/ServingSection";
import { WarningList } from "./WarningList";

export function ModelView() {
  const { t } = useI18n();
  const query = useModel(useRouteId());
  const missing = (error: Error) =>
    error instanceof ApiError && error.status === 404 ? (
      <EmptyState level={1} icon={IconBoxOff} title={t("models.notFoundTitle")} text={t("models.notFoundText")} action={<BackToModels />} />
    ) : null;
  return (
    <QueryView query={query} skeleton={<PageSkeleton />} renderError={missing}>
      {(model) => <ModelPage model={model} />}
    </QueryView>
  );
}

function ModelPage({ model }: { model: MLModel }) {
  const flow = useExportFlow();
  return (
    <>
      <PageHeader eyebrow={<BackToModels />} title={model.name} subtitle={model.description} actions={<ExportControl model={model} actions={flow} />} />
      <Group gap="xs" mb="lg">
        <PipelineChips steps={model.pipeline} />
        <TaskBadge task={model.task} />
      </Group>
      <div className={classes.grid}>
        <Stack gap="lg" miw={0}>
          <WarningList warnings={model.warnings} />
          <ContractPanel contract={model.contract} />
          <OutputPanel contract={model.contract} />
          <ServingSection model={model} />
        </Stack>
        <Stack gap="lg" miw={0}>
          <ModelAPIs model={model} flow={flow} />
          <ModelFacts model={model} />
        </Stack>
      </div>
      <ExportAPIModal flow={flow} />
    </>
  );
}

function BackToModels() {
  const { t } = useI18n();
  return <BackLink href="/models">{t("models.backToModels")}</BackLink>;
}

function PageSkeleton() {
  const { t } = useI18n();
  return (
    <Stack gap="lg">
      <PageTitle text={t("models.title")} />
      <Skeleton height={14} width={110} />
      <Skeleton height={30} width="45%" />
      <div className={classes.grid}>
        <Skeleton height={380} />
        <Skeleton height={240} />
      </div>
    </Stack>
  );
}
