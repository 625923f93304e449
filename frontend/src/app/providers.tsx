"use client";

import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { I18nProvider } from "@/i18n/I18nProvider";
import { ApiError } from "@/lib/errors";
import { cssVariables, theme } from "@/theme/theme";

/** A refusal is an answer: only silence and server failures are worth asking again. */
function worthRetrying(failures: number, error: Error): boolean {
  const transient = !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
  return transient && failures < 2;
}

function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: worthRetrying, retryDelay: (attempt) => 400 * 2 ** attempt, staleTime: 2_000 },
    },
  });
}

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(newQueryClient);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <I18nProvider>
          <Notifications position="bottom-right" containerWidth={360} />
          {children}
        </I18nProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
