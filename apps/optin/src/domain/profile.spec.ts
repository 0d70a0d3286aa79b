import { describe, expect, it } from '@jest/globals';
import { NOW, event, coat, facts, nobody, text } from '../../tests/examples.js';
import { foldEvent } from './fold-event.js';
import { toShopper } from './person.js';
import { withProfile } from './profile.js';

const SUMMER = Date.UTC(2026, 6, 1);
const WINTER = Date.UTC(2026, 0, 1);
const person = foldEvent(nobody(), text('hello'), facts()).person;
const zone = (timezone: unknown, now = SUMMER, shopZone = 'Europe/Berlin'): string | null =>
  withProfile(person, { timezone }, { shopZone, now }).shopper.zone;

describe('a profile', () => {
  it('fills language and zone of somebody of whom nothing is known', () => {
    const after = withProfile(person, { locale: 'fr_CA', timezone: -5 }, { shopZone: 'Europe/Berlin', now: NOW });
    expect(toShopper(after.shopper)).toMatchObject({ rev: 2, locale: 'fr_CA', zone: 'Etc/GMT+5', updated_at: NOW });
  });

  it('overrules nothing that is known', () => {
    const linked = foldEvent(nobody(), event({ kind: 'referral', wish: { ...coat, locale: 'de_AT' } }), facts()).person;
    const known = { ...linked, shopper: { ...linked.shopper, zone: 'Europe/Vienna' } };
    expect(withProfile(known, { locale: 'fr_CA', timezone: -5 }, { shopZone: 'UTC', now: NOW })).toBe(known);
  });

  it('gives way to what they say later', () => {
    const french = withProfile(person, { locale: 'fr_CA' }, { shopZone: 'UTC', now: NOW });
    expect(foldEvent(french, text('aide', 500), facts()).person.shopper.locale).toBe('fr_CA');
    expect(foldEvent(french, text('Hilfe', 500), facts()).person.shopper.locale).toBe('de');
  });

  it.each([{}, { locale: 7, timezone: 'x' }, { locale: 'DROP TABLE' }, { timezone: 99 }, { timezone: NaN }])(
    '%j adds nothing',
    (profile) => {
      expect(withProfile(person, profile, { shopZone: 'Europe/Berlin', now: NOW })).toBe(person);
    },
  );
});

describe('a zone for an offset', () => {
  it.each<[number, number, string, string]>([
    [2, SUMMER, 'Europe/Berlin', 'Europe/Berlin'],
    [1, WINTER, 'Europe/Berlin', 'Europe/Berlin'],
    [1, SUMMER, 'Europe/Berlin', 'Etc/GMT-1'],
    [0, SUMMER, 'Europe/Berlin', 'UTC'],
    [0, WINTER, 'Europe/London', 'Europe/London'],
    [-7, SUMMER, 'Europe/Berlin', 'Etc/GMT+7'],
    [14, SUMMER, 'Europe/Berlin', 'Etc/GMT-14'],
    [5.5, SUMMER, 'Europe/Berlin', 'Asia/Kolkata'],
    [5.75, SUMMER, 'Europe/Berlin', 'Asia/Kathmandu'],
    [-2.5, SUMMER, 'Europe/Berlin', 'America/St_Johns'],
    [-3.5, WINTER, 'Europe/Berlin', 'America/St_Johns'],
    [9.5, SUMMER, 'Europe/Berlin', 'Australia/Adelaide'],
    [3, SUMMER, 'Nowhere/Else', 'Etc/GMT-3'],
  ])('%d hours', (hours, now, shopZone, expected) => {
    expect(zone(hours, now, shopZone)).toBe(expected);
  });

  it('every zone that comes out is one that Intl knows', () => {
    for (let quarter = -48; quarter <= 56; quarter += 1) {
      const found = zone(quarter / 4);
      if (found !== null) expect(() => new Intl.DateTimeFormat('en', { timeZone: found })).not.toThrow();
    }
  });
});
