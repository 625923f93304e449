"use client";

import { Button, Group, Modal, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { FormError } from "@/components/ui/FormError";
import { useSetLimits } from "@/hooks/useKeys";
import { useMe } from "@/hooks/useSession";
import { useI18n } from "@/i18n/I18nProvider";
import { type LimitsDraft, draftOf, limitProblems } from "@/lib/portal/limits";
import { planNamed } from "@/lib/portal/plans";
import type { PortalKey } from "@/lib/portal/types";
import { refusalText } from "../shared/refusal";
import { LimitsFields } from "./LimitsFields";
import { LimitsOutcome } from "./LimitsOutcome";

interface LimitsDialogProps {
  subject: PortalKey | null;
  onClose: () => void;
}

export function LimitsDialog({ subject, onClose }: LimitsDialogProps) {
  const { t } = useI18n();
  return (
    <Modal opened={subject !== null} onClose={onClose} title={subject ? t("limits.title", { name: subject.name }) : ""} size={600} closeButtonProps={{ "aria-label": t("common.close") }}>
      {subject ? <LimitsForm subject={subject} onClose={onClose} /> : null}
    </Modal>
  );
}

function LimitsForm({ subject, onClose }: LimitsDialogProps & { subject: PortalKey }) {
  const { t } = useI18n();
  const save = useSetLimits();
  // An administrator goes beyond the plan; an owner is told how far it reaches.
  const asAdmin = useMe().data?.role === "admin";
  const plan = planNamed(subject.limits.plan);
  const [draft, setDraft] = useState<LimitsDraft>(draftOf(subject.limits));
  const problems = asAdmin ? [] : limitProblems(draft, plan, subject.environment);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problems.length > 0) return;
    const changes = { burst_limit: draft.burst, sustained_limit: draft.sustained, daily_quota: draft.daily, overage_action: draft.overage };
    save.mutate(
      { keyId: subject.key_id, changes },
      {
        onSuccess: () => {
          notifications.show({ message: t("limits.saved", { name: subject.name }) });
          onClose();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        <FormError error={save.error} text={refusalText(save.error)} />
        <LimitsFields draft={draft} plan={plan} environment={subject.environment} problems={problems} asAdmin={asAdmin} onChange={setDraft} />
        <LimitsOutcome draft={draft} planLimit={subject.limits.plan_limit} planTitle={plan.title} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={problems.length > 0}>
            {t("common.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
