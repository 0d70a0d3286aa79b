import {
  DELIVERY_STATES,
  REASONS,
  Stage,
  VERDICTS,
  type Decision,
  type Delivery,
  type Signal,
} from '@beckon/contracts';

/** What `explain` can be asked about. */
export type Subject =
  | { readonly by: 'alert' | 'shopper' | 'subscription' | 'signal'; readonly id: string }
  | { readonly by: 'sku'; readonly id: string; readonly shop: string | null };

/** Ids say what they are by their prefix; everything else is a SKU, `shop:sku` or just the SKU. */
export function subjectOf(id: string, shop?: string): Subject {
  const by = ({ alr_: 'alert', shp_: 'shopper', sub_: 'subscription', sig_: 'signal' } as const)[id.slice(0, 4)];
  if (by && /^.{4}[0-9a-f]{32}$/.test(id)) return { by, id };
  const at = id.indexOf(':');
  if (shop === undefined && at > 0) return { by: 'sku', id: id.slice(at + 1), shop: id.slice(0, at) };
  return { by: 'sku', id, shop: shop ?? null };
}

/** One line of a story. */
export interface StoryLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Milliseconds since the line before; null for the first. */
  readonly gap: number | null;
  readonly stage: string;
  readonly verdict: string;
  readonly reason: string | null;
  /** The whole line in words. */
  readonly text: string;
  readonly detail: string | null;
  readonly terminal: boolean;
}

/** Everything known of one alert, or (alert_id null) of the offer or shopper beside any alert. */
export interface Story {
  readonly alert_id: string | null;
  readonly shop: string | null;
  readonly sku: string | null;
  readonly kind: string | null;
  readonly shopper_id: string | null;
  readonly lines: readonly StoryLine[];
  /** Whether a terminal decision is known. */
  readonly ended: boolean;
}

/** What was read from the topics. */
export interface Evidence {
  readonly decisions: readonly Decision[];
  readonly deliveries: readonly Delivery[];
  readonly signals: readonly Signal[];
}

/** The ids by which a record can concern a subject. */
interface Naming {
  readonly alert_id?: string | null;
  readonly shopper_id?: string | null;
  readonly sub_id?: string | null;
  readonly signal_id: string | null;
  readonly shop: string;
  readonly sku: string | null;
}

/** The part of the evidence that concerns the subject; signals of the alerts concerned belong to it. */
export function concerning(subject: Subject, all: Evidence): Evidence {
  const wanted = (r: Naming): boolean => {
    switch (subject.by) {
      case 'alert':
        return r.alert_id === subject.id;
      case 'shopper':
        return r.shopper_id === subject.id;
      case 'subscription':
        return r.sub_id === subject.id;
      case 'signal':
        return r.signal_id === subject.id;
      case 'sku':
        return r.sku === subject.id && (subject.shop === null || r.shop === subject.shop);
    }
  };
  const decisions = all.decisions.filter((d) => wanted(d));
  const deliveries = all.deliveries.filter((d) => wanted(d));
  const named = new Set([...decisions, ...deliveries].map((r) => r.signal_id));
  const signals = all.signals.filter((s) => named.has(s.signal_id) || wanted(s));
  return { decisions, deliveries, signals };
}

/**
 * Puts evidence into one story per alert, oldest first; what belongs to no alert comes first, as a story of its own.
 * Records that came twice (equal decision id; equal alert and seq) are told once.
 */
export function tellStories(evidence: Evidence): Story[] {
  const decisions = unique(evidence.decisions, (d) => d.decision_id);
  const deliveries = unique(evidence.deliveries, (d) => `${d.alert_id} ${d.seq}`);
  const signals = new Map(evidence.signals.map((s) => [s.signal_id, s]));
  const alerts = [...new Set([...decisions, ...deliveries].map((r) => r.alert_id))];
  return alerts
    .map((alert): Story => {
      const own = decisions.filter((d) => d.alert_id === alert);
      const sent = deliveries.filter((d) => d.alert_id === alert);
      const about = own[0] ?? sent[0];
      const signal = alert === null ? undefined : signals.get(about?.signal_id ?? '');
      const opening = decisions.find((d) => d.verdict === 'opened' && d.signal_id === about?.signal_id);
      const lines =
        alert === null
          ? [...[...signals.values()].filter((s) => !isDecided(s, decisions)).map(signalLine), ...own.map(offerLine)]
          : [...sourceLines(signal, sent[0], opening), ...own.map(decisionLine), ...sent.map(deliveryLine)];
      return {
        alert_id: alert,
        shop: about?.shop ?? null,
        sku: about?.sku ?? null,
        kind: about?.kind ?? null,
        shopper_id: about?.shopper_id ?? null,
        lines: inOrder(lines),
        ended: own.some((d) => d.terminal),
      };
    })
    .sort((a, b) => (a.alert_id === null ? -1 : b.alert_id === null ? 1 : firstAt(a) - firstAt(b)));
}

type Line = Omit<StoryLine, 'gap'> & { readonly order: number };

const STAGES: readonly string[] = ['source', ...Stage.options];
const firstAt = (s: Story): number => s.lines[0]?.at ?? 0;

function inOrder(lines: readonly Line[]): StoryLine[] {
  const sorted = [...lines].sort((a, b) => a.at - b.at || a.order - b.order);
  return sorted.map(({ order: _, ...line }, i) => ({
    ...line,
    gap: i === 0 ? null : line.at - (sorted[i - 1] as Line).at,
  }));
}

function decisionLine(d: Decision): Line {
  const why = d.reason === null ? '' : ` ${REASONS[d.reason]}`;
  return {
    at: d.at,
    order: STAGES.indexOf(d.stage) * 1000 + d.seq,
    stage: d.stage,
    verdict: d.verdict,
    reason: d.reason,
    text: `${VERDICTS[d.verdict]}${why}`,
    detail: d.detail,
    terminal: d.terminal,
  };
}

/** A line beside any alert: it says whose it is, so that one can ask further. */
function offerLine(d: Decision): Line {
  const line = decisionLine(d);
  return { ...line, detail: [d.detail, d.sub_id, d.shopper_id].filter(Boolean).join(', ') || null };
}

/** Whether a decision tells the same as the signal's record. */
function isDecided(signal: Signal, decisions: readonly Decision[]): boolean {
  return decisions.some((d) => d.signal_id === signal.signal_id && d.verdict === signal.op);
}

function deliveryLine(d: Delivery): Line {
  const posted =
    d.posted_at === null || d.answered_at === null
      ? null
      : `answered ${d.answered_at - d.posted_at} ms after the request`;
  const code =
    d.error_code === null
      ? null
      : `Messenger said ${d.error_code}${d.error_subcode === null ? '' : `/${d.error_subcode}`}`;
  const details = [`try ${d.admission_no}`, d.grant_kind && `by ${d.grant_kind}`, posted, code].filter(Boolean);
  return {
    at: d.at,
    order: STAGES.indexOf('delivery') * 1000 + 500 + d.seq,
    stage: 'delivery',
    verdict: d.state,
    reason: d.reason,
    text: `${DELIVERY_STATES[d.state]}${d.reason === null ? '' : ` ${REASONS[d.reason]}`}`,
    detail: details.join(', '),
    terminal: false,
  };
}

function signalLine(s: Signal): Line {
  return {
    at: s.at,
    order: STAGES.indexOf('ingestion') * 1000 + s.seq,
    stage: 'ingestion',
    verdict: s.op,
    reason: null,
    text: `Signal ${s.kind} of ${s.sku}: ${s.op}.`,
    detail: signalDetail(s),
    terminal: false,
  };
}

/**
 * Where an alert comes from: the platform's event, and when ingestion saw the line crossed. A signal's record is the
 * last one of its key: once it moved or closed, it no longer says what it was when it opened.
 */
function sourceLines(
  signal: Signal | undefined,
  delivery: Delivery | undefined,
  opening: Decision | undefined,
): Line[] {
  const opened = signal?.op === 'opened' ? signal : undefined;
  const sourceAt = delivery?.source_at ?? opened?.source_at;
  const signalAt = delivery?.signal_at ?? opening?.at ?? opened?.at;
  const line = (at: number, stage: string, verdict: string, text: string, detail: string | null): Line => ({
    at,
    order: STAGES.indexOf(stage) * 1000,
    stage,
    verdict,
    reason: null,
    text,
    detail,
    terminal: false,
  });
  const detail = opening?.detail ?? (opened ? signalDetail(opened) : null);
  return [
    ...(sourceAt === undefined ? [] : [line(sourceAt, 'source', 'event', 'The shop’s event.', null)]),
    ...(signalAt === undefined ? [] : [line(signalAt, 'ingestion', 'opened', VERDICTS.opened, detail)]),
  ];
}

function signalDetail(s: Signal): string | null {
  const price =
    s.old_price && s.new_price && `${s.old_price.amount} → ${s.new_price.amount} ${s.new_price.currency} (minor units)`;
  const units = s.units === null ? null : `${s.units} units`;
  return [price, units].filter(Boolean).join(', ') || null;
}

function unique<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
