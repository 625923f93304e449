"use client";

import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useI18n } from "@/i18n/I18nProvider";

interface SearchFieldProps {
  /** What the address holds. */
  value: string;
  onSearch: (text: string) => void;
  label: string;
  placeholder: string;
  mono?: boolean;
  className?: string;
}

/** A field that writes the address once the typing rests, and follows it when another hand changes it. */
export function SearchField({ value, onSearch, label, placeholder, mono = false, className }: SearchFieldProps) {
  const { t } = useI18n();
  const [text, setText] = useState(value);
  const [sent, setSent] = useState(value);
  const [seen, setSeen] = useState(value);
  if (value !== seen) {
    setSeen(value);
    // Not our own words come back: filters were cleared, or the reader went back in history.
    if (value !== sent) setText(value);
  }
  const search = useDebouncedCallback((typed: string) => {
    setSent(typed.trim());
    onSearch(typed.trim());
  }, 280);
  const write = (typed: string) => {
    setText(typed);
    search(typed);
  };
  return (
    <TextInput
      className={className}
      classNames={mono ? { input: "mono" } : undefined}
      type="search"
      value={text}
      onChange={(event) => write(event.currentTarget.value)}
      placeholder={placeholder}
      aria-label={label}
      spellCheck={false}
      leftSection={<IconSearch size={15} stroke={1.7} />}
      rightSection={text ? <CloseButton size="sm" aria-label={t("monitoring.clearSearch")} onClick={() => write("")} /> : null}
    />
  );
}
