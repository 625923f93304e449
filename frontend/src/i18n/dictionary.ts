/**
 * Types of the dictionary. English is the source: its keys and placeholders are what French must provide
 * and what `t` accepts. One file a namespace and language, so that each stays small.
 */
import { admin } from "@/i18n/en/admin";
import { apis } from "@/i18n/en/apis";
import { apps } from "@/i18n/en/apps";
import { audit } from "@/i18n/en/audit";
import { auth } from "@/i18n/en/auth";
import { cache } from "@/i18n/en/cache";
import { charts } from "@/i18n/en/charts";
import { common } from "@/i18n/en/common";
import { credits } from "@/i18n/en/credits";
import { docs } from "@/i18n/en/docs";
import { exporting } from "@/i18n/en/exporting";
import { keys } from "@/i18n/en/keys";
import { limits } from "@/i18n/en/limits";
import { logs } from "@/i18n/en/logs";
import { models } from "@/i18n/en/models";
import { monitoring } from "@/i18n/en/monitoring";
import { playground } from "@/i18n/en/playground";
import { portal } from "@/i18n/en/portal";
import { projects } from "@/i18n/en/projects";
import { requests } from "@/i18n/en/requests";
import { serving } from "@/i18n/en/serving";
import { settings } from "@/i18n/en/settings";
import { shell } from "@/i18n/en/shell";
import { upload } from "@/i18n/en/upload";
import { usage } from "@/i18n/en/usage";

export const en = { admin, apis, apps, audit, auth, cache, charts, common, credits, docs, exporting, keys, limits, logs, models, monitoring, playground, portal, projects, requests, serving, settings, shell, upload, usage } as const;

export type Dictionary = { readonly [N in keyof typeof en]: { readonly [K in keyof (typeof en)[N]]: string } };
export type Language = "en" | "fr";

type Flat = {
  [N in keyof typeof en & string]: {
    [K in keyof (typeof en)[N] & string as `${N}.${K}`]: (typeof en)[N][K];
  };
}[keyof typeof en & string];
type Union = Flat extends infer F ? (F extends unknown ? keyof F : never) : never;

export type TextKey = Union & string;
type TextOf<K extends TextKey> = Flat extends infer F ? (F extends Record<K, infer S> ? S : never) : never;
type Placeholders<S> = S extends `${string}{${infer P}}${infer Rest}` ? P | Placeholders<Rest> : never;

/** Nothing where the text has no placeholder, else a value for each. */
export type TextArgs<K extends TextKey> = [Placeholders<TextOf<K>>] extends [never]
  ? []
  : [values: Record<Placeholders<TextOf<K>>, string | number>];

/** Keys that come as a pair `x_one` and `x_other`; both may use {count}. */
export type PluralKey = TextKey extends infer K ? (K extends `${infer Base}_other` ? Base : never) : never;

/** Fills `{name}` placeholders; an unknown one stays as it is, so that a mistake is seen. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The text under `namespace.key`; the key itself when a language lacks it. */
export function lookup(dictionary: Dictionary, key: string): string {
  const at = key.indexOf(".");
  const namespace: Record<string, Record<string, string> | undefined> = dictionary;
  return namespace[key.slice(0, at)]?.[key.slice(at + 1)] ?? key;
}
