"use client";

import { Center, Loader } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { ErrorState } from "@/components/ui/ErrorState";
import { useMe } from "@/hooks/useSession";
import { useI18n } from "@/i18n/I18nProvider";
import { ApiError } from "@/lib/errors";
import { HOME } from "@/lib/navigation";

/** The bare address: on to the application when signed in; a lost session is sent to /login by the shell. */
export function Entrance() {
  const { t } = useI18n();
  const me = useMe();
  const router = useRouter();
  useEffect(() => {
    if (me.data) router.replace(HOME);
  }, [me.data, router]);
  const failed = me.error !== null && !(me.error instanceof ApiError && me.error.status === 401);
  return (
    <Center mih="100dvh" p="md">
      <title>Modelport</title>
      {failed ? (
        <ErrorState error={me.error} onRetry={() => void me.refetch()} busy={me.isFetching} />
      ) : (
        <Loader size="sm" aria-label={t("common.loading")} />
      )}
    </Center>
  );
}
