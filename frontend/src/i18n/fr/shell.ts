import type { Dictionary } from "@/i18n/dictionary";

export const shell: Dictionary["shell"] = {
  skip: "Aller au contenu",
  navigation: "Navigation principale",
  openMenu: "Ouvrir la navigation",
  closeMenu: "Fermer la navigation",
  monitoring: "Supervision",
  models: "Modèles",
  docs: "Référence d’API",
  settings: "Réglages",
  account: "Menu du compte",
  signOut: "Se déconnecter",
  theme: "Thème",
  themeSystem: "Système",
  themeLight: "Clair",
  themeDark: "Sombre",
  language: "Langue",
  opensNewTab: "s’ouvre dans un nouvel onglet",
};
