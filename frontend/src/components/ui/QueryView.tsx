"use client";

/**
 * The four states of a view: loading, error with request id and retry, empty, data.
 * A failed refresh keeps what is shown and says that it may be old.
 */
import type { ReactNode } from "react";
import { ErrorState } from "./ErrorState";
import { StaleNotice } from "./StaleNotice";

/** What a view needs of a query, plain or infinite. */
interface ViewedQuery<T> {
  data: T | undefined;
  error: Error | null;
  isFetching: boolean;
  refetch: () => unknown;
}

interface QueryViewProps<T> {
  query: ViewedQuery<T>;
  skeleton: ReactNode;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  /** Replaces the error panel for errors a page explains better itself, such as a 404; null leaves it to the panel. */
  renderError?: (error: Error) => ReactNode;
  children: (data: T) => ReactNode;
}

export function QueryView<T>({ query, skeleton, isEmpty, empty, renderError, children }: QueryViewProps<T>) {
  const { data, error } = query;
  const retry = () => void query.refetch();
  if (data !== undefined) {
    return (
      <>
        {error ? <StaleNotice error={error} onRetry={retry} busy={query.isFetching} /> : null}
        {isEmpty?.(data) ? empty : children(data)}
      </>
    );
  }
  if (error) return renderError?.(error) ?? <ErrorState error={error} onRetry={retry} busy={query.isFetching} />;
  return <Loading>{skeleton}</Loading>;
}

function Loading({ children }: { children: ReactNode }) {
  return (
    <div aria-busy="true" aria-live="polite" data-state="loading">
      {children}
    </div>
  );
}
