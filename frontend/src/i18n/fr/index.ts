import type { Dictionary } from "@/i18n/dictionary";
import { auth } from "@/i18n/fr/auth";
import { common } from "@/i18n/fr/common";
import { exporting } from "@/i18n/fr/exporting";
import { keys } from "@/i18n/fr/keys";
import { models } from "@/i18n/fr/models";
import { monitoring } from "@/i18n/fr/monitoring";
import { settings } from "@/i18n/fr/settings";
import { shell } from "@/i18n/fr/shell";
import { upload } from "@/i18n/fr/upload";

export const fr: Dictionary = { auth, common, exporting, keys, models, monitoring, settings, shell, upload };
