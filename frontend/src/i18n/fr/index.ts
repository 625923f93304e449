import type { Dictionary } from "@/i18n/dictionary";
import { apis } from "@/i18n/fr/apis";
import { auth } from "@/i18n/fr/auth";
import { cache } from "@/i18n/fr/cache";
import { charts } from "@/i18n/fr/charts";
import { common } from "@/i18n/fr/common";
import { docs } from "@/i18n/fr/docs";
import { exporting } from "@/i18n/fr/exporting";
import { keys } from "@/i18n/fr/keys";
import { models } from "@/i18n/fr/models";
import { monitoring } from "@/i18n/fr/monitoring";
import { requests } from "@/i18n/fr/requests";
import { settings } from "@/i18n/fr/settings";
import { shell } from "@/i18n/fr/shell";
import { upload } from "@/i18n/fr/upload";

export const fr: Dictionary = { apis, auth, cache, charts, common, docs, exporting, keys, models, monitoring, requests, settings, shell, upload };
