import { Injectable } from '@nestjs/common';
import { rule48Pick, takeFault } from '../domain/faults.js';
import type { FaultShape } from '../domain/faults.js';
import type { Page } from '../domain/model.js';
import { SandboxState } from './sandbox-state.js';

/** Rule 48: which fault the next send meets: an armed one, else what chance brings to the person or to the Page. */
@Injectable()
export class FaultSource {
  /** Sends so far, by Page and by person: the position that chance is asked about. */
  private readonly counted = new Map<string, number>();

  constructor(private readonly state: SandboxState) {}

  /** The fault for a send of this Page to this person, if it meets one. */
  next(page: Page, psid: string | undefined): FaultShape | undefined {
    if (this.state.faults.length > 0) {
      const { fault, rest } = takeFault(this.state.faults, { page: page.id, psid });
      this.state.faults = rest;
      if (fault) return fault;
    }
    const { faultRate, faultSeed, faultKinds } = page.rules;
    const person = psid === undefined ? undefined : this.state.people.get(psid);
    const ofPerson = person?.page === page.id && person.faultRate !== null;
    const rate = ofPerson ? person.faultRate! : faultRate;
    if (rate === 0) return undefined;
    const key = ofPerson ? `${page.id}:${psid}` : page.id;
    const n = this.counted.get(key) ?? 0;
    this.counted.set(key, n + 1);
    const [seed, kinds] = ofPerson ? [person.faultSeed, person.faultKinds] : [null, null];
    return rule48Pick({ rate, seed: seed ?? faultSeed, kinds: kinds ?? faultKinds }, n);
  }

  /** Chance begins anew. */
  reset(): void {
    this.counted.clear();
  }
}
