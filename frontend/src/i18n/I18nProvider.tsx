"use client";

/** Gives every component `t`, `tn`, the language and formatters of the reader's locale. */
import { type ReactNode, createContext, useContext, useLayoutEffect, useMemo, useSyncExternalStore } from "react";
import { type Dictionary, type Language, type PluralKey, type TextArgs, type TextKey, en, fill, lookup } from "@/i18n/dictionary";
import { fr } from "@/i18n/fr";
import { chooseLanguage, currentLanguage, subscribeLanguage } from "@/i18n/preference";
import { type Formatters, createFormatters } from "@/lib/format";

export interface I18n {
  language: Language;
  setLanguage: (language: Language) => void;
  /** The text under a key, its placeholders filled: t("common.copyOf", { what: "URL" }). */
  t: <K extends TextKey>(key: K, ...args: TextArgs<K>) => string;
  /** The singular or plural text for a count: tn("models.count", 3) reads models.count_other. */
  tn: (key: PluralKey, count: number) => string;
  format: Formatters;
}

const dictionaries: Record<Language, Dictionary> = { en, fr };
const I18nContext = createContext<I18n | null>(null);

export function createI18n(language: Language, locale: string): I18n {
  const dictionary = dictionaries[language];
  const plural = new Intl.PluralRules(locale);
  const format = createFormatters(locale);
  return {
    language,
    format,
    setLanguage: chooseLanguage,
    t: (key, ...args) => fill(lookup(dictionary, key), args[0]),
    tn: (key, count) => {
      const form = plural.select(count) === "one" ? "one" : "other";
      return fill(lookup(dictionary, `${key}_${form}`), { count: format.integer(count) });
    },
  };
}

export function I18nProvider({ children }: { children: ReactNode }) {
  const language = useSyncExternalStore<Language>(subscribeLanguage, currentLanguage, () => "en");
  const locale = useSyncExternalStore(subscribeLanguage, () => localeFor(currentLanguage()), () => "en");
  const value = useMemo(() => createI18n(language, locale), [language, locale]);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.removeAttribute("data-language-pending");
  }, [language]);
  return <I18nContext value={value}>{children}</I18nContext>;
}

/** The reader's own region where it speaks the chosen language: fr-CA stays fr-CA, en-GB stays en-GB. */
function localeFor(language: Language): string {
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
}

export function useI18n(): I18n {
  const value = useContext(I18nContext);
  if (!value) throw new Error("useI18n needs an I18nProvider above it");
  return value;
}
