"use client";

import { Button, Textarea } from "@mantine/core";
import { IconRotate2 } from "@tabler/icons-react";
import { useI18n } from "@/i18n/I18nProvider";
import { pretty } from "@/lib/portal/records";
import classes from "./Playground.module.css";
import type { Draft } from "./useDraft";

/** The body as it will be sent. What is written here is read into the form at once. */
export function JsonPane({ draft, onExample }: { draft: Draft; onExample: () => void }) {
  const { t } = useI18n();
  const { text, body, setText } = draft;
  return (
    <section className={classes.card} aria-label={t("playground.json")}>
      <header className={classes.cardHead}>
        <h3>{t("playground.json")}</h3>
        <span className={classes.cardActions}>
          <Button size="compact-xs" variant="subtle" color="gray" disabled={body === undefined} onClick={() => (body === undefined ? undefined : setText(pretty(body)))}>
            {t("playground.tidy")}
          </Button>
          <Button size="compact-xs" variant="subtle" color="gray" leftSection={<IconRotate2 size={13} stroke={1.8} />} onClick={onExample}>
            {t("playground.reset")}
          </Button>
        </span>
      </header>
      <Textarea
        aria-label={t("playground.json")}
        autosize
        minRows={10}
        maxRows={26}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={body === undefined ? t("playground.noJson", { why: whyNot(text) }) : null}
        classNames={{ input: `mono ${classes.text}`, error: classes.textError }}
      />
    </section>
  );
}

function whyNot(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}
