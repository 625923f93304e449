"use client";

/** The two choices a reader makes for this browser: colours and language. */
import { SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import type { Language } from "@/i18n/dictionary";
import { useI18n } from "@/i18n/I18nProvider";

interface SwitchProps {
  fullWidth?: boolean;
  size?: "xs" | "sm";
}

export function ThemeSwitch({ fullWidth = false, size = "xs" }: SwitchProps) {
  const { t } = useI18n();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  // The static page cannot know the stored choice.
  const mounted = useMounted();
  return (
    <SegmentedControl
      fullWidth={fullWidth}
      size={size}
      aria-label={t("shell.theme")}
      value={mounted ? colorScheme : "auto"}
      onChange={(value) => setColorScheme(value === "light" || value === "dark" ? value : "auto")}
      data={[
        { value: "auto", label: t("shell.themeSystem") },
        { value: "light", label: t("shell.themeLight") },
        { value: "dark", label: t("shell.themeDark") },
      ]}
    />
  );
}

/** Each language is named in itself: whoever needs it can read it. */
export function LanguageSwitch({ fullWidth = false, size = "xs" }: SwitchProps) {
  const { t, language, setLanguage } = useI18n();
  return (
    <SegmentedControl<Language>
      fullWidth={fullWidth}
      size={size}
      aria-label={t("shell.language")}
      value={language}
      onChange={setLanguage}
      data={[
        { value: "en", label: "English" },
        { value: "fr", label: "Français" },
      ]}
    />
  );
}
