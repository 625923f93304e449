import type { Dictionary } from "@/i18n/dictionary";

export const keys: Dictionary["keys"] = {
  apiKey: "Clé d’API",
  shownOnce: "Affichée une seule fois. Copiez-la maintenant ; elle ne pourra plus être relue.",
  iKeptIt: "J’ai conservé cette clé en lieu sûr",
  confirmTitle: "Fermer sans conserver la clé ?",
  confirmText: "Elle ne pourra plus être affichée. Sans elle, il faudra en générer une nouvelle.",
  confirmClose: "Fermer quand même",
  confirmStay: "Revenir à la clé",
};
