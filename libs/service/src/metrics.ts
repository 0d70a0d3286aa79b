/**
 * Metrics, each declared once as a typed object with help, unit and label names; shown as Prometheus text at
 * `GET /metrics`. The list of all that exist is {@link metricCatalogue}, which the documentation is generated from.
 *
 * Labels have few values: never an id, never an error text (prometheus.io/docs/practices/naming).
 */
import type { Attributes, BatchObservableResult, ObservableGauge } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { AggregationTemporality, InstrumentType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

export interface MetricSpec<L extends string = never> {
  /** One sentence, for people. */
  readonly help: string;
  /** Base unit (`seconds`, `bytes`, …); the name must end in it (before `_total`). */
  readonly unit?: string;
  readonly labels?: readonly L[];
}

/** One value per declared label; nothing else. */
export type Labels<L extends string> = [L] extends [never] ? Record<string, never> : Readonly<Record<L, string>>;
type LabelArguments<L extends string> = [L] extends [never] ? [] : [labels: Labels<L>];

export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'histogram' | 'gauge';
  readonly help: string;
  readonly unit: string | undefined;
  readonly labels: readonly string[];
}

export interface Counter<L extends string> {
  /** Adds `by`, which must not be negative. */
  add(by: number, ...labels: LabelArguments<L>): void;
}
export interface Histogram<L extends string> {
  record(value: number, ...labels: LabelArguments<L>): void;
}
export interface Gauge<L extends string> {
  set(value: number, ...labels: LabelArguments<L>): void;
  /** Forgets a set value, so that what is no longer ours (a partition, a Page) does not go on reporting. */
  remove(...labels: LabelArguments<L>): void;
  /** Asks `read` at every scrape; `undefined` reports nothing. Returns a function that ends it. */
  observe(read: () => number | undefined, ...labels: LabelArguments<L>): () => void;
}

/**
 * Collects when asked, at a scrape. Instead of the package's PrometheusExporter, which keeps showing a gauge's labels
 * for ever: "delta" for gauges means that only what was observed at this very scrape is shown.
 */
class ScrapeReader extends MetricReader {
  constructor() {
    super({
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
    });
  }
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const reader = new ScrapeReader();
const meter = new MeterProvider({ readers: [reader] }).getMeter('beckon');
const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
const declared = new Map<string, MetricDescription>();

/** A number that only grows. The name ends in `_total`. */
export function counter<const L extends string = never>(name: string, spec: MetricSpec<L>): Counter<L> {
  declare('counter', name, spec);
  const instrument = meter.createCounter(name, { description: spec.help, unit: spec.unit });
  return { add: (by, ...labels) => instrument.add(by, labels[0] as Attributes) };
}

/** Seconds from one tenth of a millisecond's neighbourhood to minutes: fits a chunk as well as a waiting alert. */
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** A spread of values. Buckets are upper bounds; without them those for seconds are taken. */
export function histogram<const L extends string = never>(
  name: string,
  spec: MetricSpec<L> & { readonly buckets?: readonly number[] },
): Histogram<L> {
  declare('histogram', name, spec);
  const instrument = meter.createHistogram(name, {
    description: spec.help,
    unit: spec.unit,
    advice: { explicitBucketBoundaries: [...(spec.buckets ?? secondsBuckets)] },
  });
  return { record: (value, ...labels) => instrument.record(value, labels[0] as Attributes) };
}

/** A number that goes up and down: either set, or read at every scrape. */
export function gauge<const L extends string = never>(name: string, spec: MetricSpec<L>): Gauge<L> {
  declare('gauge', name, spec);
  const instrument: ObservableGauge = meter.createObservableGauge(name, { description: spec.help, unit: spec.unit });
  const values = new Map<string, { value: number; labels: Attributes | undefined }>();
  const readers = new Set<{ read: () => number | undefined; labels: Attributes | undefined }>();
  meter.addBatchObservableCallback(
    (result: BatchObservableResult) => {
      for (const { value, labels } of values.values()) result.observe(instrument, value, labels);
      for (const { read, labels } of readers) {
        const value = read();
        if (value !== undefined) result.observe(instrument, value, labels);
      }
    },
    [instrument],
  );
  const key = (labels: Attributes | undefined) => (spec.labels ?? []).map((l) => String(labels?.[l])).join('\0');
  return {
    set: (value, ...[labels]) => void values.set(key(labels), { value, labels }),
    remove: (...[labels]) => void values.delete(key(labels)),
    observe: (read, ...[labels]) => {
      const entry = { read, labels };
      readers.add(entry);
      return () => void readers.delete(entry);
    },
  };
}

/** Every metric declared by the modules loaded so far, by name. */
export function metricCatalogue(): MetricDescription[] {
  return [...declared.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** All values of now in the Prometheus text format. A gauge whose reader throws is left out, the rest is shown. */
export async function metricsText(): Promise<string> {
  const { resourceMetrics } = await reader.collect();
  return serializer.serialize(resourceMetrics);
}

function declare(type: MetricDescription['type'], name: string, spec: MetricSpec<string>): void {
  const bare = name.replace(/_total$/, '');
  if (!/^beckon_[a-z][a-z0-9_]*$/.test(name)) throw new Error(`metric ${name}: must be beckon_ and lower-case letters`);
  if ((type === 'counter') !== name.endsWith('_total'))
    throw new Error(`metric ${name}: counters, and only they, end in _total`);
  if (spec.unit && !bare.endsWith(`_${spec.unit}`))
    throw new Error(`metric ${name}: must end in its unit, ${spec.unit}`);
  if (declared.has(name)) throw new Error(`metric ${name} is declared twice`);
  declared.set(name, { name, type, help: spec.help, unit: spec.unit, labels: spec.labels ?? [] });
}
