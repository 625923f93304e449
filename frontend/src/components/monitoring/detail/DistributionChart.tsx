"use client";

import { Tooltip } from "@mantine/core";
import type { I18n } from "@/i18n/I18nProvider";
import { useI18n } from "@/i18n/I18nProvider";
import type { APIStats } from "@/lib/monitoringTypes";
import type { TimeRange } from "@/lib/types";
import { ChartFrame } from "../charts/ChartFrame";
import { type Bin, binsOf, edgesOf, fullestBin, positionOf } from "../charts/histogram";
import classes from "./DistributionChart.module.css";

interface DistributionChartProps {
  performance: APIStats["performance"];
  range: TimeRange;
}

/** How response times spread, on bins whose edges grow by factors: the fast many and the slow few are both seen. */
export function DistributionChart({ performance, range }: DistributionChartProps) {
  const { t, format } = useI18n();
  const bins = binsOf(performance.distribution);
  const fullest = fullestBin(bins);
  const highest = Math.max(...bins.map((bin) => bin.share), 0);
  return (
    <ChartFrame
      title={t("charts.distributionTitle")}
      hint={t("charts.distributionHint", { range: t(`charts.range_${range}`) })}
      summary={summaryOf(performance, fullest, t, format)}
      table={{
        columns: [t("charts.responseTime"), t("charts.requests"), t("charts.share")],
        rows: bins.map((bin) => [binText(bin, t, format), format.integer(bin.count), format.percent(bin.share)]),
      }}
      emptyText={bins.length === 0 ? t("charts.noTimes") : null}
      height={252}
    >
      <div className={classes.chart}>
        <div className={classes.plot}>
          {bins.map((bin) => (
            <Tooltip key={bin.from} label={t("charts.binTooltip", { bin: binText(bin, t, format), count: format.integer(bin.count), share: format.percent(bin.share) })} openDelay={0}>
              <div className={classes.slot}>
                <span className={`tnum ${classes.share}`} data-small={bin.share < 3}>{bin.count > 0 ? format.percent(bin.share, bin.share >= 10 ? 0 : 1) : ""}</span>
                <span className={classes.bar} style={{ height: `${(bin.share / highest) * 72}%` }} />
              </div>
            </Tooltip>
          ))}
          <Marker label={t("charts.p50")} row={0} at={positionOf(performance.p50_response_time, bins)} bins={bins.length} />
          <Marker label={t("charts.p95")} row={1} at={positionOf(performance.p95_response_time, bins)} bins={bins.length} />
          <Marker label={t("charts.p99")} row={2} at={positionOf(performance.p99_response_time, bins)} bins={bins.length} />
        </div>
        <div className={classes.axis}>
          {edgesOf(bins).map((edge, index, edges) => (
            <span key={index} className={`tnum ${classes.edge}`} data-minor={index % 2 === 1} style={{ left: `${(index / (edges.length - 1)) * 100}%` }}>
              {milliseconds(edge, format)}
            </span>
          ))}
        </div>
        <div className={classes.unit}>{t("charts.milliseconds")}</div>
      </div>
    </ChartFrame>
  );
}

interface MarkerProps {
  label: string;
  /** Labels of close percentiles stand on rows of their own. */
  row: number;
  at: number | null;
  bins: number;
}

function Marker({ label, row, at, bins }: MarkerProps) {
  if (at === null || bins === 0) return null;
  return (
    <span className={classes.marker} style={{ left: `${(at / bins) * 100}%`, top: row * 15 }} data-flip={at / bins > 0.85}>
      <span className={classes.markerLabel}>{label}</span>
    </span>
  );
}

function milliseconds(seconds: number, format: I18n["format"]): string {
  const value = seconds * 1000;
  return format.decimal(value, value < 1 ? 2 : value < 10 ? 1 : 0);
}

function binText({ from, to }: Bin, t: I18n["t"], format: I18n["format"]): string {
  return t("charts.bin", { from: milliseconds(from, format), to: milliseconds(to, format) });
}

function summaryOf(performance: APIStats["performance"], fullest: Bin | null, t: I18n["t"], format: I18n["format"]): string {
  return t("charts.distributionSummary", {
    bin: fullest ? binText(fullest, t, format) : "–",
    share: format.percent(fullest?.share ?? null),
    p50: format.duration(performance.p50_response_time),
    p95: format.duration(performance.p95_response_time),
    p99: format.duration(performance.p99_response_time),
  });
}
