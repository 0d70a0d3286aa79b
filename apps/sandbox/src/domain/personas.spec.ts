import { describe, expect, it } from '@jest/globals';
import { PERSONA_KINDS, personas } from './personas.js';

describe('seeded people', () => {
  it('the same seed gives the same people, and more of them begin alike', () => {
    expect(personas('100', 7, 20, true)).toEqual(personas('100', 7, 20, true));
    expect(personas('100', 7, 50, true).slice(0, 20)).toEqual(personas('100', 7, 20, true));
    expect(personas('100', 8, 20, true)).not.toEqual(personas('100', 7, 20, true));
  });

  it('rule 1: another Page knows the same people under other ids', () => {
    const [here, there] = [personas('100', 7, 200, false), personas('101', 7, 200, false)];
    expect(there.map(({ name, locale }) => [name, locale])).toEqual(here.map(({ name, locale }) => [name, locale]));
    expect(new Set([...here, ...there].map(({ psid }) => psid)).size).toBe(400);
    for (const { psid } of here) expect(psid).toMatch(/^[1-9]\d{15}$/);
  });

  it('have zones and languages that exist, and several regions', () => {
    const people = personas('100', 1, 200, false);
    for (const { timezone, locale } of people) {
      expect(() => new Intl.DateTimeFormat(locale.replace('_', '-'), { timeZone: timezone })).not.toThrow();
    }
    expect(new Set(people.map(({ region }) => region)).size).toBeGreaterThan(4);
    expect(new Set(people.map(({ kind }) => kind))).toEqual(new Set(['ordinary']));
  });

  it('mixed, every kind of trouble is among them, and most are ordinary', () => {
    const kinds = personas('100', 3, 300, true).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set([...PERSONA_KINDS, 'ordinary']));
    expect(kinds.filter((kind) => kind === 'ordinary').length).toBeGreaterThan(150);
  });
});
