"use client";

import { Button, Popover, Stack, TextInput } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useI18n } from "@/i18n/I18nProvider";

interface OwnDaysProps {
  from: string | null;
  to: string | null;
  onChoose: (from: string, to: string) => void;
}

/** Two days of UTC, both counted in. */
export function OwnDays({ from, to, onChoose }: OwnDaysProps) {
  const { t, format } = useI18n();
  const [opened, setOpened] = useState(false);
  const day = new Intl.DateTimeFormat(format.locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const chosen = from && to ? day.formatRange(Date.parse(from), Date.parse(to)) : null;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus shadow="md" width={260}>
      <Popover.Target>
        <Button variant="default" leftSection={<IconCalendar size={15} stroke={1.7} />} onClick={() => setOpened(!opened)} aria-haspopup="dialog">
          {chosen ?? t("usage.ownDays")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("usage.ownDays")}>
        <DaysForm
          from={from}
          to={to}
          onChoose={(first, last) => {
            setOpened(false);
            onChoose(first, last);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

function DaysForm({ from, to, onChoose }: OwnDaysProps) {
  const { t } = useI18n();
  const [first, setFirst] = useState(from ?? "");
  const [last, setLast] = useState(to ?? "");
  const [tried, setTried] = useState(false);
  const trouble = first === "" || last === "" ? t("usage.bothDays") : first > last ? t("usage.wrongOrder") : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (trouble === null) onChoose(first, last);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <TextInput type="date" label={t("usage.firstDay")} value={first} max={last || undefined} onChange={(event) => setFirst(event.currentTarget.value)} data-autofocus />
        <TextInput type="date" label={t("usage.lastDay")} value={last} min={first || undefined} onChange={(event) => setLast(event.currentTarget.value)} error={tried ? trouble : null} />
        <Button type="submit">{t("usage.show")}</Button>
      </Stack>
    </form>
  );
}
