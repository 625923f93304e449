import { describe, expect, it } from "vitest";
import { modelsInCache } from "@/components/monitoring/cacheModels";
import { binsOf, edgesOf, fullestBin, positionOf } from "@/components/monitoring/charts/histogram";
import { normaliseOrigin, readOrigins } from "@/components/monitoring/detail/origins";
import { inputFields } from "@/components/monitoring/docs/inputFields";
import { arrange, isFiltered, needsEveryPage, parseFilters } from "@/components/monitoring/list/listFilters";
import type { APISummary } from "@/lib/monitoringTypes";
import type { Contract } from "@/lib/types";

function summary(id: number, changes: Partial<APISummary> = {}): APISummary {
  return {
    id,
    name: `API ${id}`,
    model_id: 1,
    model_name: "Model",
    task: "classification",
    status: "active",
    api_endpoint: `/api/predict/${id}`,
    created_at: "2026-11-01T00:00:00Z",
    last_used_at: null,
    total_requests: 0,
    requests_24h: 0,
    requests_in_range: 0,
    success_rate: null,
    error_rate: null,
    avg_response_time: null,
    p95_response_time: null,
    avg_cpu_usage: null,
    avg_memory_usage: null,
    sparkline: [],
    ...changes,
  };
}

const filtersOf = (search: string) => parseFilters(new URLSearchParams(search));
const idsBy = (sort: string, apis: APISummary[]) => arrange(apis, filtersOf(`sort=${sort}`), "en").map(({ id }) => id);

describe("filters of the list", () => {
  it("reads what the address names and ignores what does not exist", () => {
    expect(filtersOf("q=+churn+&status=error&task=regression&sort=p95")).toEqual({ search: "churn", status: "error", task: "regression", sort: "p95" });
    expect(filtersOf("status=broken&task=poetry&sort=random")).toEqual({ search: "", status: null, task: null, sort: "newest" });
  });

  it("tells a filter from an order", () => {
    expect(isFiltered(filtersOf("sort=name"))).toBe(false);
    expect(isFiltered(filtersOf("task=regression"))).toBe(true);
  });

  it("asks for every page only where a part of the list would be wrong", () => {
    expect(["", "q=a", "status=active"].map((text) => needsEveryPage(filtersOf(text)))).toEqual([false, false, false]);
    expect(["task=regression", "sort=name"].map((text) => needsEveryPage(filtersOf(text)))).toEqual([true, true]);
  });

  it("counts errors, not rates: one failed call of one is less than a tenth of a million", () => {
    const apis = [summary(1, { requests_in_range: 1, error_rate: 100 }), summary(2, { requests_in_range: 1e6, error_rate: 10 })];
    expect(idsBy("errors", apis)).toEqual([2, 1]);
  });

  it("puts APIs without a figure last", () => {
    const apis = [summary(1), summary(2, { p95_response_time: 0.1 }), summary(3, { p95_response_time: 0.4 })];
    expect(idsBy("p95", apis)).toEqual([3, 2, 1]);
    expect(idsBy("used", [summary(1), summary(2, { last_used_at: "2026-11-02T00:00:00Z" })])).toEqual([2, 1]);
  });

  it("orders names as people do, and keeps the server's order by default", () => {
    const apis = [summary(1, { name: "Model 10" }), summary(2, { name: "model 2" }), summary(3, { name: "Élan" })];
    expect(idsBy("name", apis)).toEqual([3, 2, 1]);
    expect(idsBy("newest", apis)).toEqual([1, 2, 3]);
  });
});

describe("distribution of response times", () => {
  const raw = [
    { from: 0, to: 0.001, count: 0 },
    { from: 0.001, to: 0.01, count: 0 },
    { from: 0.01, to: 0.1, count: 30 },
    { from: 0.1, to: 1, count: 10 },
    { from: 1, to: 10, count: 0 },
  ];

  it("leaves empty ends out but for one bin, and gives shares", () => {
    const bins = binsOf(raw);
    expect(bins.map(({ share }) => share)).toEqual([0, 75, 25, 0]);
    expect(edgesOf(bins)).toEqual([0.001, 0.01, 0.1, 1, 10]);
    expect(fullestBin(bins)?.from).toBe(0.01);
  });

  it("is nothing when nothing was measured", () => {
    expect(binsOf(raw.map((bin) => ({ ...bin, count: 0 })))).toEqual([]);
    expect(edgesOf([])).toEqual([]);
    expect(fullestBin([])).toBeNull();
  });

  it("places a value on the logarithmic axis", () => {
    const bins = binsOf(raw);
    expect(positionOf(Math.sqrt(0.01 * 0.1), bins)).toBeCloseTo(1.5);
    expect(positionOf(0.1, bins)).toBeCloseTo(2);
    expect(positionOf(null, bins)).toBeNull();
    expect(positionOf(1e-9, bins)).toBeNull();
  });
});

describe("allowed origins", () => {
  it("reads an origin as a browser would send it", () => {
    expect(normaliseOrigin(" HTTPS://App.Example.com:443/ ")).toBe("https://app.example.com");
    expect(normaliseOrigin("http://localhost:3000")).toBe("http://localhost:3000");
  });

  it("refuses what is no origin", () => {
    const wrong = ["example.com", "https://example.com/path", "ftp://example.com", "https://a@b.com", "*", "https://", "null"];
    expect(readOrigins(wrong)).toEqual({ origins: [], refused: wrong });
  });

  it("keeps each origin once", () => {
    expect(readOrigins(["https://a.com", "https://A.com/", "https://b.com"]).origins).toEqual(["https://a.com", "https://b.com"]);
  });
});

describe("input fields", () => {
  const column = { type: "string", minimum: null, maximum: null, nullable: false, example: "a", closed: false, required: true } as const;
  const contract: Contract = {
    named: true,
    columns: [
      { ...column, name: "kind", categories: ["a", "b"], closed: true, nullable: true },
      { ...column, name: "city", categories: ["Oslo"], required: false },
      { ...column, name: "age", type: "number", categories: null, minimum: 18, maximum: 94 },
    ],
    task: "regression",
    classes: null,
    outputs: 1,
    example: {},
  };

  it("tells values that are enforced from values only seen in training", () => {
    const [kind, city, age] = inputFields(contract);
    expect(kind).toMatchObject({ allowed: ["a", "b"], seenValues: null, required: true, nullable: true });
    expect(city).toMatchObject({ allowed: null, seenValues: ["Oslo"], required: false });
    expect(age).toMatchObject({ allowed: null, seenRange: { minimum: 18, maximum: 94 } });
  });
});

describe("models in the cache", () => {
  it("adds the copies of all workers, the most used first", () => {
    const copy = { model_id: 1, name: "A", bytes: 10, hits: 1, load_ms: 20, loaded_at: "2026-11-20T00:00:00Z" };
    const worker = { pid: 1, rss_mb: 1, other_models: 0, cpu_percent: 1, hits: 1, misses: 0, evictions: 0 };
    const models = modelsInCache([
      { ...worker, models: [copy] },
      { ...worker, models: [{ ...copy, load_ms: 40, loaded_at: "2026-11-21T00:00:00Z" }, { ...copy, model_id: 2, name: "B", hits: 9 }] },
    ]);
    expect(models.map(({ modelId }) => modelId)).toEqual([2, 1]);
    expect(models[1]).toMatchObject({ workers: 2, bytes: 20, hits: 2, loadMs: 30, loadedAt: "2026-11-21T00:00:00Z" });
  });
});
