"use client";

import { Button, Group, Popover, Stack, TextInput } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { spanText } from "@/components/monitoring/charts/slotText";
import { type I18n, useI18n } from "@/i18n/I18nProvider";
import { type Moments, fromLocal, toLocal } from "@/lib/portal/moments";

interface TimeFilterProps extends Moments {
  onChange: (moments: Moments) => void;
}

const HOURS = [1, 24, 168] as const;

/** From one moment to another, either of them open. The presets mean "since": what comes still counts. */
export function TimeFilter({ from, to, onChange }: TimeFilterProps) {
  const { t, format } = useI18n();
  const [opened, setOpened] = useState(false);
  const choose = (moments: Moments) => {
    setOpened(false);
    onChange(moments);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus shadow="md" width={280}>
      <Popover.Target>
        <Button variant="default" leftSection={<IconClock size={15} stroke={1.7} />} onClick={() => setOpened(!opened)} aria-haspopup="dialog">
          {momentsText({ from, to }, t, format)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("logs.time")}>
        <Group gap={6} mb="md">
          {HOURS.map((hours) => (
            <Button key={hours} size="compact-sm" variant="default" onClick={() => choose({ from: new Date(Date.now() - hours * 3_600_000).toISOString(), to: null })}>
              {t(`logs.since_${hours}`)}
            </Button>
          ))}
          <Button size="compact-sm" variant="default" onClick={() => choose({ from: null, to: null })}>
            {t("logs.anyTime")}
          </Button>
        </Group>
        <MomentsForm from={from} to={to} onChange={choose} />
      </Popover.Dropdown>
    </Popover>
  );
}

function MomentsForm({ from, to, onChange }: TimeFilterProps) {
  const { t } = useI18n();
  const [first, setFirst] = useState(toLocal(from));
  const [last, setLast] = useState(toLocal(to));
  const wrong = first !== "" && last !== "" && first >= last;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!wrong) onChange({ from: fromLocal(first), to: fromLocal(last) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <TextInput type="datetime-local" label={t("logs.from")} value={first} onChange={(event) => setFirst(event.currentTarget.value)} data-autofocus />
        <TextInput type="datetime-local" label={t("logs.to")} value={last} onChange={(event) => setLast(event.currentTarget.value)} error={wrong ? t("logs.wrongOrder") : null} />
        <Button type="submit">{t("logs.show")}</Button>
      </Stack>
    </form>
  );
}

function momentsText({ from, to }: Moments, t: I18n["t"], format: I18n["format"]): string {
  if (from && to) return spanText(from, to, format.locale);
  if (from) return t("logs.sinceWhen", { when: format.dateTime(from) });
  return to ? t("logs.untilWhen", { when: format.dateTime(to) }) : t("logs.anyTime");
}
