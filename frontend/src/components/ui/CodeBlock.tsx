"use client";

import { useI18n } from "@/i18n/I18nProvider";
import { type CodeLanguage, tokenize } from "@/lib/highlight";
import classes from "./CodeBlock.module.css";
import { CopyButton } from "./CopyButton";

interface CodeBlockProps {
  code: string;
  language: CodeLanguage;
  /** Names the code for screen readers and for the copy button. */
  label: string;
  maxHeight?: number;
}

export function CodeBlock({ code, language, label, maxHeight = 320 }: CodeBlockProps) {
  const { t } = useI18n();
  return (
    <div className={classes.block}>
      <div className={classes.copy}>
        <CopyButton value={code} what={label} />
      </div>
      {/* Focusable, so that the keyboard can scroll it. */}
      <pre className={`mono ${classes.code}`} style={{ maxHeight }} tabIndex={0} role="region" aria-label={t("common.codeOf", { what: label })}>
        <code>
          {tokenize(code, language).map((token, index) => (
            <span key={index} className={classes[token.kind]}>
              {token.text}
            </span>
          ))}
        </code>
      </pre>
    </div>
  );
}
