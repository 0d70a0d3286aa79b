/** What the lines of the input log and of the fault timeline come to. Pure. */
import type {
  Ask,
  EndOne,
  Fault,
  InFlight,
  Inputs,
  OfferInput,
  Person,
  QuietHours,
  Shop,
  Stop,
  Tap,
  Word,
} from './evidence.js';

type Unacked<T> = Omit<T, 'acked_at'> & { readonly id: string };

/** A line of the input log. */
export type InputLine =
  | ({ readonly type: 'shop' } & Shop)
  | ({ readonly type: 'quiet_hours' } & QuietHours)
  | ({ readonly type: 'person' } & Person)
  | ({ readonly type: 'offer' } & Unacked<OfferInput>)
  | ({ readonly type: 'tap' } & Unacked<Tap>)
  | ({ readonly type: 'stop' } & Unacked<Stop>)
  | ({ readonly type: 'end_one' } & Unacked<EndOne>)
  | ({ readonly type: 'word' } & Unacked<Word>)
  | ({ readonly type: 'ask' } & Unacked<Ask>)
  /** The input with this id was taken. */
  | { readonly type: 'ack'; readonly id: string; readonly at: number }
  /** The input with this id was refused: it did not happen. */
  | { readonly type: 'nack'; readonly id: string; readonly at: number }
  | { readonly type: 'phase'; readonly phase: 'load' | 'quiet' | 'end'; readonly at: number };

/** A line of the fault timeline. */
export type FaultLine =
  | ({ readonly type: 'begin'; readonly id: number } & Pick<Fault, 'target' | 'kind' | 'from' | 'detail'>)
  | { readonly type: 'end'; readonly id: number; readonly to: number }
  /** What delivery had claimed and not settled when it began. */
  | { readonly type: 'in_flight'; readonly id: number; readonly in_flight: readonly InFlight[] };

/** The inputs, in the order of sending. */
export function foldInputs(lines: readonly InputLine[]): Inputs {
  const acked = new Map<string, number>();
  const refused = new Set<string>();
  const phases = new Map<string, number>();
  for (const line of lines) {
    if (line.type === 'ack') acked.set(line.id, line.at);
    if (line.type === 'nack') refused.add(line.id);
    if (line.type === 'phase') phases.set(line.phase, line.at);
  }
  const of = <K extends InputLine['type']>(type: K): Extract<InputLine, { type: K }>[] =>
    lines.filter((line): line is Extract<InputLine, { type: K }> => line.type === type);
  const happened = <T extends { id: string; sent_at: number }>(
    list: readonly T[],
  ): (T & { acked_at: number | null })[] =>
    list
      .filter(({ id }) => !refused.has(id))
      .map((one) => ({ ...one, acked_at: acked.get(one.id) ?? null }))
      .sort((a, b) => a.sent_at - b.sent_at);
  return {
    shops: of('shop'),
    quiet_hours: of('quiet_hours'),
    people: of('person'),
    offers: happened(of('offer')),
    taps: happened(of('tap')),
    stops: happened(of('stop')),
    end_ones: happened(of('end_one')),
    words: happened(of('word')),
    asks: happened(of('ask')),
    load_from: phases.get('load') ?? null,
    load_to: phases.get('quiet') ?? null,
    quiet_to: phases.get('end') ?? null,
  };
}

/** The faults, in the order of their beginning. */
export function foldFaults(lines: readonly FaultLine[]): Fault[] {
  const faults = new Map<number, { -readonly [K in keyof Fault]: Fault[K] }>();
  for (const line of lines) {
    const known = faults.get(line.id);
    if (line.type === 'begin') {
      const { target, kind, from, detail } = line;
      faults.set(line.id, { target, kind, from, detail, to: null, in_flight: [] });
    } else if (known && line.type === 'end') known.to = line.to;
    else if (known && line.type === 'in_flight') known.in_flight = [...known.in_flight, ...line.in_flight];
  }
  return [...faults.values()].sort((a, b) => a.from - b.from);
}
