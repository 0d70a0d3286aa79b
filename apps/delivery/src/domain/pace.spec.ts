import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alertsFirst, emptyPace, msToNextSlot, refill, restAfterTrouble, slots, spend, type Pace } from './pace.js';

/** Takes all it may at each of the given moments, with an endless line of both kinds (or only some). */
function run(perSecond: number, moments: number[], line: { replies: boolean; alerts: boolean }) {
  let pace: Pace = emptyPace(perSecond, 0);
  const sent: { at: number; replies: number; alerts: number }[] = [];
  for (const at of moments) {
    pace = refill(pace, at);
    const n = slots(pace);
    if (n < 1) continue;
    const owed = alertsFirst(pace, n);
    const first = line.alerts ? owed : 0;
    const replies = line.replies ? n - first : 0;
    const alerts = line.alerts ? n - replies : 0;
    pace = spend(pace, { replies, alerts }, owed);
    sent.push({ at, replies, alerts });
  }
  return sent;
}

describe('pace of a Page', () => {
  it('begins with nothing, so that a change of hands never adds a message', () => {
    const pace = refill(emptyPace(20, 1000), 1000);
    expect(slots(pace)).toBe(0);
    expect(msToNextSlot(pace)).toBe(50);
    expect(slots(refill(pace, 1050))).toBe(1);
  });

  it('is exact within one message over any stretch, however irregularly it is asked', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 5, maxLength: 300 }),
        fc.constantFrom(1, 5, 20),
        (gaps, perSecond) => {
          let t = 0;
          const moments = gaps.map((gap) => (t += gap));
          const sent = run(perSecond, moments, { replies: false, alerts: true });
          for (let i = 0; i < sent.length; i++) {
            let count = 0;
            for (let j = i; j < sent.length; j++) {
              count += sent[j]!.alerts;
              const seconds = (sent[j]!.at - sent[i]!.at) / 1000;
              expect(count).toBeLessThanOrEqual(perSecond * seconds + 1 + 1e-6);
            }
          }
        },
      ),
    );
  });

  it.each([1, 20, 40, 300])('reaches %i per second when asked often enough', (perSecond) => {
    const moments = Array.from({ length: 30_000 }, (_, i) => i + 1);
    const sent = run(perSecond, moments, { replies: false, alerts: true }).reduce((n, s) => n + s.alerts, 0);
    expect(Math.abs(sent - perSecond * 30)).toBeLessThanOrEqual(Math.max(1, perSecond / 20));
  });

  it('gives alerts a quarter while replies wait too, whatever the pace', () => {
    for (const perSecond of [1, 20, 300]) {
      const moments = Array.from({ length: 60_000 }, (_, i) => i + 1);
      const sent = run(perSecond, moments, { replies: true, alerts: true });
      const alerts = sent.reduce((n, s) => n + s.alerts, 0);
      const all = sent.reduce((n, s) => n + s.alerts + s.replies, 0);
      expect(alerts / all).toBeGreaterThanOrEqual(0.24);
      expect(alerts / all).toBeLessThanOrEqual(0.26);
    }
  });

  it('gives replies everything while no alert waits, and saves nothing up for later', () => {
    const moments = Array.from({ length: 10_000 }, (_, i) => i + 1);
    const sent = run(20, moments, { replies: true, alerts: false });
    expect(sent.reduce((n, s) => n + s.replies, 0)).toBeGreaterThan(150);
    let pace = emptyPace(20, 0);
    for (let i = 1; i <= 100; i++) {
      pace = refill(pace, i * 50);
      pace = spend(pace, { replies: 1, alerts: 0 }, alertsFirst(pace, 1));
    }
    expect(alertsFirst({ ...pace, tokens: 1 }, 1)).toBeLessThanOrEqual(1);
    expect(pace.owedToAlerts).toBeLessThanOrEqual(1);
  });

  it('takes a new pace from the settings at once', () => {
    const pace = refill(emptyPace(1, 0), 100, 20);
    expect(slots(refill(pace, 150))).toBe(1);
  });

  it('rests longer with each trouble, five minutes at most', () => {
    expect([0, 1, 2, 8, 20].map(restAfterTrouble)).toEqual([1000, 2000, 4000, 256_000, 300_000]);
  });
});
