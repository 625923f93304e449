"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { Panel } from "@/components/ui/Panel";
import { QueryView } from "@/components/ui/QueryView";
import { useCache } from "@/hooks/useMonitoring";
import { useI18n } from "@/i18n/I18nProvider";
import type { CacheStatus } from "@/lib/monitoringTypes";
import classes from "./CachePanel.module.css";
import { modelsInCache } from "./cacheModels";
import { TableSkeleton } from "./Skeletons";
import { StatGrid } from "./StatGrid";

/** Which models are held in memory, by how many workers, and how often that spared a load. */
export function CachePanel({ live }: { live: boolean }) {
  const { t } = useI18n();
  const query = useCache(live);
  return (
    <section className={classes.section} aria-labelledby="cache-title">
      <h2 className={classes.title} id="cache-title">
        {t("cache.title")}
      </h2>
      <p className={classes.hint}>{t("cache.hint")}</p>
      <QueryView query={query} skeleton={<TableSkeleton rows={6} />}>
        {(cache) => (
          <>
            <CacheStats cache={cache} />
            <div className={classes.tables}>
              <Models cache={cache} />
              <Workers cache={cache} />
            </div>
          </>
        )}
      </QueryView>
    </section>
  );
}

function CacheStats({ cache }: { cache: CacheStatus }) {
  const { t, tn, format } = useI18n();
  const lookups = cache.hits + cache.misses;
  return (
    <StatGrid
      label={t("cache.title")}
      stats={[
        { label: t("cache.hitRate"), value: format.percent(cache.hit_rate, 2), detail: tn("cache.lookups", lookups) },
        { label: t("cache.misses"), value: format.integer(cache.misses), detail: t("cache.ofHits", { hits: format.integer(cache.hits) }) },
        { label: t("cache.evictions"), value: format.integer(cache.evictions), detail: tn("cache.capacity", cache.capacity) },
        { label: t("cache.loadTime"), value: format.duration(seconds(cache.load_ms_avg)), detail: t("cache.loadTimeHint") },
      ]}
    />
  );
}

function Models({ cache }: { cache: CacheStatus }) {
  const { t, format } = useI18n();
  const models = modelsInCache(cache.workers);
  return (
    <Panel title={t("cache.byModel")} flush>
      {models.length === 0 ? <p className={classes.nothing}>{t("cache.noModels")}</p> : null}
      {models.length > 0 ? (
        <DataTable
          label={t("cache.byModel")}
          columns={[t("cache.model"), t("cache.hits"), t("cache.memory"), t("cache.load"), t("cache.loaded"), t("cache.workers")]}
        >
          {models.map((model) => (
            <tr key={model.modelId}>
              <th scope="row">
                <Link href={`/models/${model.modelId}`} prefetch={false}>
                  {model.name}
                </Link>
              </th>
              <td>{format.integer(model.hits)}</td>
              <td>{format.bytes(model.bytes)}</td>
              <td>{format.duration(seconds(model.loadMs))}</td>
              <td title={format.dateTime(model.loadedAt)}>{format.relative(model.loadedAt)}</td>
              <td>{t("cache.ofWorkers", { held: format.integer(model.workers), all: format.integer(cache.workers.length) })}</td>
            </tr>
          ))}
        </DataTable>
      ) : null}
    </Panel>
  );
}

function Workers({ cache }: { cache: CacheStatus }) {
  const { t, format } = useI18n();
  return (
    <Panel title={t("cache.byWorker")} flush>
      {cache.workers.length === 0 ? <p className={classes.nothing}>{t("cache.noWorkers")}</p> : null}
      {cache.workers.length > 0 ? (
        <DataTable
          label={t("cache.byWorker")}
          columns={[t("cache.worker"), t("cache.models"), t("cache.hits"), t("cache.misses"), t("cache.evictions"), t("cache.cpu"), t("cache.memory")]}
        >
          {cache.workers.map((worker) => (
            <tr key={worker.pid}>
              <th scope="row" className="mono">
                {worker.pid}
              </th>
              <td>{t("cache.ofWorkers", { held: format.integer(worker.models.length + worker.other_models), all: format.integer(cache.capacity) })}</td>
              <td>{format.integer(worker.hits)}</td>
              <td>{format.integer(worker.misses)}</td>
              <td>{format.integer(worker.evictions)}</td>
              <td>{format.percent(worker.cpu_percent)}</td>
              <td>{format.megabytes(worker.rss_mb)}</td>
            </tr>
          ))}
        </DataTable>
      ) : null}
    </Panel>
  );
}

function DataTable({ label, columns, children }: { label: string; columns: readonly string[]; children: ReactNode }) {
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000;
}
