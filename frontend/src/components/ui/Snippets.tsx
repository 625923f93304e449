"use client";

import { Tabs } from "@mantine/core";
import type { Snippets as SnippetTexts } from "@/lib/types";
import { CodeBlock } from "./CodeBlock";
import classes from "./Snippets.module.css";

const LANGUAGES = [
  ["curl", "curl"],
  ["python", "Python"],
  ["javascript", "JavaScript"],
] as const;

/** The literal that snippets carry where the key belongs. */
const KEY_PLACEHOLDER = "YOUR_API_KEY";

interface SnippetsProps {
  snippets: SnippetTexts;
  /** Filled in where the key is known: right after it was minted. */
  apiKey?: string;
  maxHeight?: number;
}

export function Snippets({ snippets, apiKey, maxHeight }: SnippetsProps) {
  return (
    <Tabs defaultValue="curl" classNames={{ list: classes.list, tab: classes.tab }}>
      <Tabs.List>
        {LANGUAGES.map(([value, label]) => (
          <Tabs.Tab key={value} value={value}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {LANGUAGES.map(([value, label]) => (
        <Tabs.Panel key={value} value={value} pt={10}>
          <CodeBlock language={value} label={label} code={withKey(snippets[value], apiKey)} maxHeight={maxHeight} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function withKey(snippet: string, apiKey: string | undefined): string {
  return apiKey ? snippet.replaceAll(KEY_PLACEHOLDER, () => apiKey) : snippet;
}
