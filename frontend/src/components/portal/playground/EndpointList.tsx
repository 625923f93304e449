"use client";

import { Select, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useI18n } from "@/i18n/I18nProvider";
import type { PlaygroundEndpoint } from "@/lib/portal/playgroundTypes";
import classes from "./Playground.module.css";

interface EndpointListProps {
  endpoints: readonly PlaygroundEndpoint[];
  chosen: string | null;
  onChoose: (name: string) => void;
}

/** From this many on, one looks for a name rather than reads the list. */
const SEARCH_FROM = 8;

/** A list beside the page; on a phone one select above it. */
export function EndpointList({ endpoints, chosen, onChoose }: EndpointListProps) {
  const { t } = useI18n();
  const [text, setText] = useState("");
  const found = endpoints.filter(({ title, path }) => `${title} ${path}`.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <>
      <Select
        hiddenFrom="md"
        searchable
        label={t("playground.endpoint")}
        nothingFoundMessage={t("usage.nothingFound")}
        data={endpoints.map(({ name, title, path }) => ({ value: name, label: `${title} · ${path}` }))}
        value={chosen}
        allowDeselect={false}
        onChange={(name) => (name ? onChoose(name) : undefined)}
      />
      <nav className={classes.list} aria-label={t("playground.endpoints")}>
        <h2 className={classes.listTitle}>{t("playground.endpoints")}</h2>
        {endpoints.length >= SEARCH_FROM ? (
          <TextInput size="xs" mb={6} type="search" aria-label={t("playground.search")} placeholder={t("playground.search")} leftSection={<IconSearch size={14} stroke={1.7} />} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        ) : null}
        <ul className={classes.entries}>
          {found.map(({ name, title, method, path, status }) => (
            <li key={name}>
              <button type="button" className={classes.entry} aria-current={name === chosen ? "true" : undefined} onClick={() => onChoose(name)}>
                <span className={classes.entryTitle}>
                  {title}
                  {status === "active" ? null : <span className={classes.resting}>{t("playground.resting")}</span>}
                </span>
                <span className={`mono ${classes.entryPath}`}>
                  {method} {path}
                </span>
              </button>
            </li>
          ))}
        </ul>
        {found.length === 0 ? <p className={classes.none}>{t("usage.nothingFound")}</p> : null}
      </nav>
    </>
  );
}
