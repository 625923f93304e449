"use client";

import { SegmentedControl } from "@mantine/core";
import { useI18n } from "@/i18n/I18nProvider";
import type { TimeRange } from "@/lib/types";
import { RANGES } from "./ranges";

interface RangeControlProps {
  value: TimeRange;
  onChange: (range: TimeRange) => void;
  size?: "xs" | "sm";
}

export function RangeControl({ value, onChange, size = "sm" }: RangeControlProps) {
  const { t } = useI18n();
  return (
    <SegmentedControl<TimeRange>
      size={size}
      aria-label={t("charts.rangeLabel")}
      value={value}
      onChange={onChange}
      data={RANGES.map((range) => ({ value: range, label: t(`charts.rangeShort_${range}`) }))}
    />
  );
}
