import type { Dictionary } from "@/i18n/dictionary";
import { common } from "@/i18n/fr/common";
import { monitoring } from "@/i18n/fr/monitoring";
import { shell } from "@/i18n/fr/shell";

export const fr: Dictionary = { common, monitoring, shell };
