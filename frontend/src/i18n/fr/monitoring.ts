import type { Dictionary } from "@/i18n/dictionary";

export const monitoring: Dictionary["monitoring"] = {
  title: "Supervision",
  subtitle: "Trafic, latence et ressources de chaque API exportée.",
};
