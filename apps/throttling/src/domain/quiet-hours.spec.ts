import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isQuiet, nextAllowed, nextQuiet, zoneFor } from './quiet-hours.js';

const night = { from: '21:00', to: '08:00' };
const at = (text: string): number => Date.parse(text);

describe('quiet hours on an ordinary day', () => {
  it.each([
    ['Europe/Berlin', '2026-05-12T10:00:00Z', '2026-05-12T10:00:00Z', '2026-05-12T19:00:00Z'],
    ['Europe/Berlin', '2026-05-12T20:00:00Z', '2026-05-13T06:00:00Z', '2026-05-12T20:00:00Z'],
    ['Europe/Berlin', '2026-05-12T19:00:00Z', '2026-05-13T06:00:00Z', '2026-05-12T19:00:00Z'],
    ['Europe/Berlin', '2026-05-13T06:00:00Z', '2026-05-13T06:00:00Z', '2026-05-13T19:00:00Z'],
    ['Asia/Kolkata', '2026-05-12T16:00:00Z', '2026-05-13T02:30:00Z', '2026-05-12T16:00:00Z'],
    ['UTC', '2026-12-31T23:59:59.999Z', '2027-01-01T08:00:00Z', '2026-12-31T23:59:59.999Z'],
  ])('%s at %s: allowed at %s, quiet at %s', (zone, now, allowed, quiet) => {
    expect(new Date(nextAllowed(at(now), zone, night))).toEqual(new Date(allowed));
    expect(new Date(nextQuiet(at(now), zone, night) ?? 0)).toEqual(new Date(quiet));
  });

  it('there are none between equal times', () => {
    const none = { from: '09:00', to: '09:00' };
    expect(isQuiet(at('2026-05-12T09:00:00Z'), 'UTC', none)).toBe(false);
    expect(nextQuiet(0, 'UTC', none)).toBeUndefined();
    expect(nextAllowed(5, 'UTC', none)).toBe(5);
  });

  it('falls back to the shop’s zone where the shopper’s is unknown', () => {
    expect(zoneFor('Europe/Nowhere', 'Asia/Tokyo')).toBe('Asia/Tokyo');
    expect(zoneFor(null, 'Asia/Tokyo')).toBe('Asia/Tokyo');
    expect(zoneFor('America/New_York', 'Asia/Tokyo')).toBe('America/New_York');
  });
});

/** Days on which clocks are put forward or back; the second column is what the wall shows around the change. */
const changes: [
  zone: string,
  what: string,
  quiet: { from: string; to: string },
  now: string,
  allowed: string,
  then: string,
][] = [
  // 2026-03-29 02:00 -> 03:00 (CET to CEST, at 01:00Z)
  ['Europe/Berlin', 'a night cut short', night, '2026-03-28T22:00:00Z', '2026-03-29T06:00:00Z', '2026-03-29T19:00:00Z'],
  [
    'Europe/Berlin',
    'an end that does not exist',
    { from: '22:00', to: '02:30' },
    '2026-03-28T23:00:00Z',
    '2026-03-29T01:00:00Z',
    '2026-03-29T20:00:00Z',
  ],
  [
    'Europe/Berlin',
    'a start that does not exist',
    { from: '02:30', to: '05:00' },
    '2026-03-29T00:30:00Z',
    '2026-03-29T00:30:00Z',
    '2026-03-29T01:00:00Z',
  ],
  // 2026-10-25 03:00 -> 02:00 (CEST to CET, at 01:00Z)
  [
    'Europe/Berlin',
    'a night made longer',
    night,
    '2026-10-24T22:00:00Z',
    '2026-10-25T07:00:00Z',
    '2026-10-25T20:00:00Z',
  ],
  [
    'Europe/Berlin',
    'an end that comes twice',
    { from: '22:00', to: '02:30' },
    '2026-10-25T01:10:00Z',
    '2026-10-25T01:30:00Z',
    '2026-10-25T21:00:00Z',
  ],
  // 2026-03-08 02:00 -> 03:00 (EST to EDT, at 07:00Z); 2026-11-01 02:00 -> 01:00 (at 06:00Z)
  [
    'America/New_York',
    'a night cut short',
    night,
    '2026-03-08T04:00:00Z',
    '2026-03-08T12:00:00Z',
    '2026-03-09T01:00:00Z',
  ],
  [
    'America/New_York',
    'a night made longer',
    night,
    '2026-11-01T03:00:00Z',
    '2026-11-01T13:00:00Z',
    '2026-11-02T02:00:00Z',
  ],
  // Half an hour: 2026-04-05 02:00 -> 01:30 (+11 to +10:30, at 15:00Z the day before); 2026-10-04 02:00 -> 02:30 (15:30Z)
  [
    'Australia/Lord_Howe',
    'a night half an hour longer',
    night,
    '2026-04-04T11:00:00Z',
    '2026-04-04T21:30:00Z',
    '2026-04-05T10:30:00Z',
  ],
  [
    'Australia/Lord_Howe',
    'a night half an hour shorter',
    night,
    '2026-10-03T11:00:00Z',
    '2026-10-03T21:00:00Z',
    '2026-10-04T10:00:00Z',
  ],
  [
    'Asia/Tokyo',
    'a zone that never changes',
    night,
    '2026-03-29T13:00:00Z',
    '2026-03-29T23:00:00Z',
    '2026-03-30T12:00:00Z',
  ],
];

describe('quiet hours where the clock changes', () => {
  it.each(changes)('%s, %s', (zone, _what, quiet, now, allowed, then) => {
    const end = nextAllowed(at(now), zone, quiet);
    expect(new Date(end)).toEqual(new Date(allowed));
    expect(new Date(nextQuiet(end, zone, quiet) ?? 0)).toEqual(new Date(then));
  });
});

describe('properties', () => {
  const zones = [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Pacific/Chatham',
    'UTC',
  ];
  const clock = fc.integer({ min: 0, max: 95 }).map((q) => {
    const two = (n: number): string => String(n).padStart(2, '0');
    return `${two(Math.floor(q / 4))}:${two((q % 4) * 15)}`;
  });

  it('the first allowed and the first quiet instant are what a walk by minutes finds', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.record({ from: clock, to: clock }).filter((q) => q.from !== q.to),
        fc.integer({ min: at('2026-01-01T00:00:00Z') / 60_000, max: at('2027-01-01T00:00:00Z') / 60_000 }),
        (zone, quiet, minute) => {
          const walk = (wanted: boolean): number => {
            let m = minute;
            while (isQuiet(m * 60_000, zone, quiet) !== wanted) m += 1;
            return m * 60_000;
          };
          expect(nextAllowed(minute * 60_000, zone, quiet)).toBe(walk(false));
          expect(nextQuiet(minute * 60_000, zone, quiet)).toBe(walk(true));
        },
      ),
      { numRuns: 300 },
    );
  });
});
