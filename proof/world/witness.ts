/** Writes down what the sandbox saw while it goes on, and knows what was accepted so far. */
import type { Accepted, Call, Doubt } from '../checker/evidence.js';
import { alertsOf, type Alert } from '../checker/alerts.js';
import { rest } from './patience.js';
import type { LineFile } from './run-folder.js';
import type { SandboxClient } from './sandbox-client.js';

/** The sandbox keeps its last thousand calls: it is asked often enough to miss none. */
const EVERY_MS = 400;
/** Calls are noted at their end under the time of their beginning, so the last seconds are read again. */
const OVERLAP_MS = 5_000;

export class Witness {
  /** All accepted messages, by their ids. */
  readonly ledger = new Map<string, Accepted>();
  /** Accepted alerts. */
  alerts = 0;
  private readonly seenCalls = new Map<number, number>();
  private lastAccepted = 0;
  private lastCall = 0;
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private readonly listeners = new Set<(entry: Accepted, alert: Alert | undefined) => void>();

  constructor(
    private readonly sandbox: SandboxClient,
    private readonly files: {
      readonly ledger: LineFile<Accepted>;
      readonly calls: LineFile<Call>;
      readonly doubts: LineFile<Doubt>;
    },
  ) {}

  /** Tells every accepted message from now on, once. The answer ends it. */
  onAccepted(listener: (entry: Accepted, alert: Alert | undefined) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  start(): void {
    this.running = (async () => {
      while (!this.stopping.signal.aborted) {
        await this.look().catch(() => undefined);
        await rest(EVERY_MS, this.stopping.signal);
      }
    })();
  }

  /** Writes down whose callers were left in doubt so far. */
  async noteDoubts(): Promise<void> {
    this.files.doubts.replace(await this.sandbox.doubts());
  }

  /** Reads the rest, and the whole ledger once more: that is the log. */
  async finish(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.look();
    this.files.ledger.replace(await this.sandbox.ledger());
    await this.noteDoubts();
  }

  private async look(): Promise<void> {
    const [ledger, calls] = await Promise.all([
      this.sandbox.ledger(this.lastAccepted),
      this.sandbox.calls(Math.max(0, this.lastCall - OVERLAP_MS)),
    ]);
    const fresh = ledger.filter(({ mid }) => !this.ledger.has(mid));
    this.files.ledger.append(...fresh);
    for (const entry of fresh) {
      this.ledger.set(entry.mid, entry);
      this.lastAccepted = Math.max(this.lastAccepted, entry.accepted_at);
      const [alert] = alertsOf([entry]);
      if (alert) this.alerts += 1;
      for (const tell of this.listeners) tell(entry, alert);
    }
    const news = calls.filter(({ id }) => !this.seenCalls.has(id));
    this.files.calls.append(...news.map(({ call }) => call));
    for (const { id, call } of news) {
      this.seenCalls.set(id, call.at);
      this.lastCall = Math.max(this.lastCall, call.at);
    }
    if (this.seenCalls.size > 5_000)
      for (const [id, at] of this.seenCalls) if (at < this.lastCall - 2 * OVERLAP_MS) this.seenCalls.delete(id);
  }
}
