import { Injectable } from '@nestjs/common';
import type { Person } from '../domain/model.js';
import { SandboxClock } from './clock.js';
import { PersonActs } from './person-acts.js';
import { SandboxState } from './sandbox-state.js';
import { newStopping } from './stopping.js';

/** Rule 46: the receipts that a person's device sends by itself, if the person's switch says so. */
@Injectable()
export class Receipts {
  private stopping = newStopping();

  constructor(
    private readonly state: SandboxState,
    private readonly clock: SandboxClock,
    private readonly acts: PersonActs,
  ) {}

  /** A message was accepted for this person, or their device is on again. */
  after(person: Person): void {
    if (person.receipts !== 'none') void this.send(person, this.stopping.signal);
  }

  /** Sends nothing more for messages so far. */
  reset(): void {
    this.stopping.abort();
    this.stopping = newStopping();
  }

  private async send(person: Person, signal: AbortSignal): Promise<void> {
    // In a later turn at the earliest: the receipt follows the echo and usually the answer.
    await new Promise((resolve) => setImmediate(resolve));
    await this.clock.sleepUntil(this.clock.now() + person.receiptDelayMs, signal);
    if (signal.aborted || this.state.people.get(person.psid) !== person) return;
    // Whoever muted the thread does not look at once; a device that is off answers when it is on again.
    if (person.receipts === 'read' && !person.muted) this.acts.read(person.psid);
    else if (person.receipts !== 'none') this.acts.deliver(person.psid);
  }
}
