"use client";

import { Button, Skeleton, Stack } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { IconLogout } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { LanguageSwitch, ThemeSwitch } from "@/components/shell/Preferences";
import { PageHeader } from "@/components/ui/PageHeader";
import { Panel } from "@/components/ui/Panel";
import { QueryView } from "@/components/ui/QueryView";
import { usePortalSettings } from "@/hooks/useAdmin";
import { useLogout, useMe } from "@/hooks/useSession";
import { useI18n } from "@/i18n/I18nProvider";
import { ProfileForm } from "./ProfileForm";
import { RedactionForm } from "./RedactionForm";
import classes from "./Settings.module.css";

/** A fixed moment and number, to show how both will look. */
const SAMPLE_MOMENT = Date.UTC(2026, 8, 24, 14, 5);
const SAMPLE_NUMBER = 1_284_502;

export function SettingsView() {
  const { t, format } = useI18n();
  const me = useMe();
  const portal = usePortalSettings();
  // The page was built in another time zone than the reader's.
  const mounted = useMounted();
  return (
    <>
      <PageHeader title={t("settings.title")} subtitle={t("settings.subtitle")} />
      <Stack gap="lg" className={classes.column}>
        <Panel title={t("settings.profile")} hint={t("settings.profileHint")}>
          <QueryView query={me} skeleton={<ProfileSkeleton />}>
            {(data) => <ProfileForm me={data} key={data.id} />}
          </QueryView>
        </Panel>
        <Panel title={t("settings.appearance")} hint={t("settings.appearanceHint")}>
          <div className={classes.row}>
            <div>
              <div className={classes.label}>{t("settings.theme")}</div>
              <div className={classes.hint}>{t("settings.themeHint")}</div>
            </div>
            <ThemeSwitch size="sm" />
          </div>
          <div className={classes.row}>
            <div>
              <div className={classes.label}>{t("settings.language")}</div>
              <div className={classes.hint}>
                {t("settings.languageHint")} {t("settings.formats")}{" "}
                <span className="tnum">
                  {mounted ? format.dateTime(SAMPLE_MOMENT) : null} · {format.integer(SAMPLE_NUMBER)}
                </span>
              </div>
            </div>
            <LanguageSwitch size="sm" />
          </div>
        </Panel>
        <Panel title={t("settings.privacy")} hint={t("settings.privacyHint")}>
          <QueryView query={portal} skeleton={<Skeleton height={90} />}>
            {(data) => <RedactionForm settings={data} key={data.redacted_fields.join()} />}
          </QueryView>
        </Panel>
        <Panel title={t("settings.session")} hint={t("settings.sessionText")} aside={<SignOutButton />} />
      </Stack>
    </>
  );
}

function SignOutButton() {
  const { t } = useI18n();
  const router = useRouter();
  const logout = useLogout();
  return (
    <Button
      variant="default"
      leftSection={<IconLogout size={16} stroke={1.7} />}
      loading={logout.isPending}
      onClick={() => logout.mutate(undefined, { onSettled: () => router.replace("/login") })}
    >
      {t("shell.signOut")}
    </Button>
  );
}

function ProfileSkeleton() {
  return (
    <Stack gap="md">
      <Skeleton height={58} />
      <Skeleton height={58} />
      <Skeleton height={34} width={120} />
    </Stack>
  );
}
