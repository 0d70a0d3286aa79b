/** Judges what the row `webhooks` saw. Pure. */
import type { MutantEvidence } from './send-mutants.js';

/** What one person wrote while Kafka came and went, and what became of it. */
export interface Writer {
  readonly psid: string;
  readonly said: number;
  /** Different messages of theirs in `messenger.events`, and records there: more where a webhook was sent again. */
  readonly logged: number;
  readonly records: number;
  /** Answers on their phone. */
  readonly answered: number;
}

/** What was seen of the absence. Times are milliseconds. */
export interface Outage {
  readonly awayMs: number;
  readonly writers: readonly Writer[];
  /** Webhooks that the edge answered 503 because of Kafka. */
  readonly refused: number;
  /** From Kafka's return until everything was answered; undefined: never was. */
  readonly caughtUpMs: number | undefined;
}

export interface Evidence {
  readonly wantedMutants: number;
  readonly mutants: MutantEvidence | undefined;
  /** Events that were in `messenger.events` after the mutants. */
  readonly loggedAfterMutants: number | undefined;
  readonly outage: Outage | undefined;
}

/** @returns lines for people, and whether nothing forged was taken and nothing true lost or doubled */
export function judgeWebhooks({ wantedMutants, mutants, loggedAfterMutants, outage }: Evidence): {
  lines: string[];
  kept: boolean;
} {
  const wrong: string[] = [];
  const lines: string[] = [];
  if (!mutants || mutants.mutants < wantedMutants)
    wrong.push(`only ${mutants?.mutants ?? 0} of ${wantedMutants} mutants were sent`);
  if (mutants) {
    const { untouched, acceptedCount, accepted, statuses, kinds } = mutants;
    const answers = Object.entries(statuses).map(([status, n]) => `${status}: ${n}`);
    lines.push(
      `   mutants: ${mutants.mutants} of ${Object.keys(kinds).length} kinds, ${acceptedCount} accepted (${answers.join(', ')})`,
      `   untouched webhooks between them: ${untouched.taken} of ${untouched.sent} taken, ${loggedAfterMutants ?? 0} of ${untouched.events} events logged`,
    );
    if (acceptedCount > 0)
      wrong.push(`${acceptedCount} mutants were accepted, such as (${accepted[0]?.how}): ${accepted[0]?.request}`);
    if (untouched.sent === 0 || untouched.taken < untouched.sent)
      wrong.push('untouched webhooks were refused: that mutants were, too, shows nothing');
    if (loggedAfterMutants !== untouched.events)
      wrong.push(`${loggedAfterMutants ?? 'unknown'} events were logged, ${untouched.events} were sent`);
  }
  if (!outage) wrong.push('Kafka was never away');
  else {
    const sum = (of: (w: Writer) => number): number => outage.writers.reduce((all, w) => all + of(w), 0);
    const caughtUp =
      outage.caughtUpMs === undefined
        ? 'never caught up'
        : `caught up ${(outage.caughtUpMs / 1000).toFixed(1)} s after its return`;
    lines.push(
      `   Kafka away for ${(outage.awayMs / 1000).toFixed(0)} s: ${outage.refused} webhooks answered 503; ${caughtUp}`,
      `   ${sum((w) => w.said)} messages of ${outage.writers.length} people: ${sum((w) => w.logged)} logged (in ${sum((w) => w.records)} records), ${sum((w) => w.answered)} answered`,
    );
    if (outage.refused === 0) wrong.push('no webhook was refused: the absence was not felt');
    if (sum((w) => w.said) === 0) wrong.push('nobody wrote anything');
    for (const { psid, said, logged, answered } of outage.writers)
      if (logged !== said || answered !== said)
        wrong.push(`${psid} wrote ${said} messages: ${logged} were logged, ${answered} answered`);
  }
  return { lines: [...lines, ...wrong.map((what) => ` ✗ ${what}`)], kept: wrong.length === 0 };
}
