import { describe, expect, it } from '@jest/globals';
import { PageLane } from './page-lane.js';

const LEASE = 10_000;
const laneAt = (now: number): PageLane => new PageLane('1', 7, LEASE, 20, now);
const asked = { page: '1', epoch: 7, slots: 1, alertsFirst: 0 };

describe('a lane asks for its Page', () => {
  it('nothing before its first slot is there, and says how long that takes', () => {
    const lane = laneAt(0);
    expect(lane.ask(0, 20, 100)).toEqual({ waitMs: 50 });
    expect(lane.ask(50, 20, 100)).toEqual(asked);
  });

  it('nothing once its lease is over, however much waits', () => {
    expect(laneAt(0).ask(LEASE, 20, 100)).toBeUndefined();
  });

  it('no more than there is room for messages without an answer', () => {
    const lane = laneAt(0);
    expect(lane.ask(50, 20, 1)).toEqual(asked);
    lane.passed(asked, { alerts: 1, replies: 0 });
    expect(lane.ask(1000, 20, 1)).toBeUndefined();
    lane.land();
    expect(lane.ask(1000, 20, 1)).toMatchObject({ slots: 1 });
  });

  it('again only when all slots were used or somebody wants it to', () => {
    const lane = laneAt(0);
    lane.ask(50, 20, 100);
    lane.passed(asked, { alerts: 0, replies: 0 });
    expect(lane.ask(1000, 20, 100)).toBeUndefined();
    lane.want();
    expect(lane.ask(1000, 20, 100)).toEqual(asked);
    lane.passed(asked, { alerts: 0, replies: 1 });
    expect(lane.ask(1050, 20, 100)).toEqual(asked);
  });

  it('again when news came while the gate was asked, or the gate failed', () => {
    const lane = laneAt(0);
    lane.ask(50, 20, 100);
    lane.want();
    lane.passed(asked, { alerts: 0, replies: 0 });
    expect(lane.ask(100, 20, 100)).toEqual(asked);
    lane.failed();
    expect(lane.ask(150, 20, 100)).toEqual(asked);
  });
});

describe('a draining lane', () => {
  it('asks for nothing, and is empty only when the gate has answered and every message has landed', async () => {
    const lane = laneAt(0);
    lane.ask(50, 20, 100);
    let empty = false;
    const drained = lane.drain().then(() => (empty = true));
    expect(lane.ask(100, 20, 100)).toBeUndefined();
    lane.passed(asked, { alerts: 1, replies: 0 });
    await Promise.resolve();
    expect(empty).toBe(false);
    lane.land();
    await drained;
    expect(empty).toBe(true);
  });
});
