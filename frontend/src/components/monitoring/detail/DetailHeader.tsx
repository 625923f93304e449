"use client";

import { ActionIcon, Anchor, Menu } from "@mantine/core";
import { IconDots, IconKey, IconTrash } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { BackLink } from "@/components/ui/BackLink";
import { CopyButton } from "@/components/ui/CopyButton";
import { PageHeader } from "@/components/ui/PageHeader";
import { StatusDot } from "@/components/ui/StatusDot";
import { TaskBadge } from "@/components/ui/TaskBadge";
import { useI18n } from "@/i18n/I18nProvider";
import type { APIDetails } from "@/lib/types";
import { DeleteAPIDialog } from "../DeleteAPIDialog";
import { RegenerateKeyDialog } from "../RegenerateKeyDialog";
import { StatusToggle } from "../StatusToggle";
import classes from "./Detail.module.css";
import { ServedBadge } from "./ServedBadge";

export function DetailHeader({ api }: { api: APIDetails }) {
  const { t } = useI18n();
  const router = useRouter();
  const [dialog, setDialog] = useState<"key" | "delete" | null>(null);
  const close = () => setDialog(null);
  return (
    <>
      <PageHeader
        eyebrow={<BackLink href="/monitoring">{t("apis.back")}</BackLink>}
        title={api.name}
        subtitle={<Facts api={api} />}
        actions={
          <>
            <StatusToggle api={api} />
            <Menu position="bottom-end" width={220}>
              <Menu.Target>
                <ActionIcon variant="default" size={36} aria-label={t("apis.moreActions", { name: api.name })}>
                  <IconDots size={17} stroke={1.8} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconKey size={15} stroke={1.7} />} onClick={() => setDialog("key")}>
                  {t("apis.regenerate")}
                </Menu.Item>
                <Menu.Divider />
                <Menu.Item color="red" leftSection={<IconTrash size={15} stroke={1.7} />} onClick={() => setDialog("delete")}>
                  {t("apis.deleteAPI")}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </>
        }
      />
      <RegenerateKeyDialog api={api} opened={dialog === "key"} onClose={close} />
      <DeleteAPIDialog api={dialog === "delete" ? api : null} onClose={close} onDeleted={() => router.push("/monitoring")} />
    </>
  );
}

/** Inline elements only: the header sets them in a paragraph. */
function Facts({ api }: { api: APIDetails }) {
  const { t } = useI18n();
  return (
    <span className={classes.facts}>
      <StatusDot status={api.status} />
      <TaskBadge task={api.task} />
      <span>
        {t("apis.model")}{" "}
        <Anchor component={Link} href={`/models/${api.model_id}`} inherit>
          {api.model_name}
        </Anchor>
      </span>
      <ServedBadge modelId={api.model_id} />
      <span className={classes.endpoint}>
        <code className="mono">POST {api.api_endpoint}</code>
        <CopyButton value={api.api_url} what={t("apis.endpointUrl")} size="xs" />
      </span>
    </span>
  );
}
