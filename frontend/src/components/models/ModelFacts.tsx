"use client";

import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { CopyButton } from "@/components/ui/CopyButton";
import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import { DASH } from "@/lib/format";
import type { MLModel } from "@/lib/types";
import { DeleteModelModal } from "./DeleteModelModal";
import classes from "./ModelFacts.module.css";

export function ModelFacts({ model }: { model: MLModel }) {
  const { t, format } = useI18n();
  const [deleting, { open, close }] = useDisclosure(false);
  return (
    <Panel title={t("models.facts")}>
      <dl className={classes.facts}>
        <Fact name={t("models.fileName")}>
          <span className="mono">{model.file_name}</span>
        </Fact>
        <Fact name={t("models.version")}>{format.integer(model.version)}</Fact>
        <Fact name={t("models.fileSize")}>{format.bytes(model.file_bytes)}</Fact>
        <Fact name={t("models.sklearn")}>{model.sklearn_version ? t("models.sklearnVersion", { version: model.sklearn_version }) : DASH}</Fact>
        <Fact name={t("models.uploaded")}>
          <time dateTime={model.created_at}>{format.dateTime(model.created_at)}</time>
        </Fact>
        <Fact name={t("models.owner")}>{model.owner.email}</Fact>
        <Fact name={t("models.digest")}>
          <span className={classes.digest}>
            <code className="mono">{model.sha256}</code>
            <CopyButton value={model.sha256} what={t("models.digest")} size="xs" />
          </span>
        </Fact>
      </dl>
      <Button mt="lg" fullWidth variant="default" className={classes.delete} leftSection={<IconTrash size={16} stroke={1.7} />} onClick={open}>
        {t("models.deleteModel")}
      </Button>
      <DeleteModelModal model={model} opened={deleting} onClose={close} />
    </Panel>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
