import { describe, expect, it } from '@jest/globals';
import { changeProfile, wantedProfile } from './page-profile.js';

const SHOP = { name: 'Aurora Outfitters', locale: 'de_DE' };
const wanted = wantedProfile(SHOP);
const own = { type: 'postback', title: 'Orders', payload: 'ORDERS' };

describe('what a Page is to show', () => {
  it('keeps the platform’s limits in every locale, whatever the shop is called', () => {
    for (const name of ['A', 'Aurora Outfitters', 'x'.repeat(500), '🧥'.repeat(200)]) {
      const { greeting, persistent_menu } = wantedProfile({ name, locale: 'en' });
      for (const { text } of greeting) expect([...text].length).toBeLessThanOrEqual(160);
      for (const { call_to_actions } of persistent_menu)
        for (const { title } of call_to_actions ?? []) expect([...title].length).toBeLessThanOrEqual(30);
    }
  });

  it('speaks the shop’s language to everybody else, English where it is none of ours', () => {
    const text = (locale: string): string =>
      wantedProfile({ ...SHOP, locale }).greeting.find((g) => g.locale === 'default')!.text;
    expect(text('de_DE')).toContain('automatischer Dienst');
    expect(text('fr')).toContain('service automatique');
    expect(text('pl_PL')).toContain('automated service');
  });

  it('names the shop, says that a machine answers, and how to stop it', () => {
    for (const { text } of wanted.greeting) expect(text).toMatch(/Aurora Outfitters.*STOP/);
  });

  it('has each locale once, and the menu leads to the list, to help and to the end', () => {
    for (const part of [wanted.greeting, wanted.persistent_menu]) {
      const locales = part.map(({ locale }) => locale);
      expect(new Set(locales).size).toBe(locales.length);
      expect(locales).toContain('default');
    }
    for (const { call_to_actions } of wanted.persistent_menu)
      expect(call_to_actions?.map(({ payload }) => payload)).toEqual(['beckon:list', 'beckon:help', 'beckon:stop']);
  });
});

describe('what is changed', () => {
  it('everything on a Page without anything, nothing on one that has it', () => {
    expect(changeProfile({}, wanted, false)).toMatchObject({ set: wanted, kept: [] });
    expect(changeProfile(wanted, wanted, false)).toEqual({ set: {}, changes: [], kept: [] });
  });

  it('nothing either when the platform gives it back in another order and with more fields', () => {
    const back = {
      ...wanted,
      greeting: [...wanted.greeting].reverse(),
      persistent_menu: [...wanted.persistent_menu].reverse().map((menu) => ({
        ...menu,
        disabled_surfaces: [],
        call_to_actions:
          menu.call_to_actions?.map(({ type, title, payload }) => ({ payload, title, type }) as never) ?? [],
      })),
    };
    expect(changeProfile(back, wanted, false).changes).toEqual([]);
  });

  it('the button, whatever it was: only its own app is told of a tap', () => {
    const { set, changes } = changeProfile({ ...wanted, get_started: { payload: 'GET_STARTED' } }, wanted, false);
    expect([set, changes]).toEqual([{ get_started: wanted.get_started }, [expect.stringContaining('GET_STARTED')]]);
  });

  it('not a greeting of the Page’s own, unless it is said', () => {
    const has = { ...wanted, greeting: [{ locale: 'default', text: 'Welcome!' }] };
    expect(changeProfile(has, wanted, false)).toMatchObject({ set: {}, kept: [expect.stringContaining('--replace')] });
    expect(changeProfile(has, wanted, true)).toMatchObject({ set: { greeting: wanted.greeting }, kept: [] });
  });

  it('the menu’s own entries stay before ours, in their locale too, and are not doubled the next time', () => {
    const has = {
      ...wanted,
      persistent_menu: [
        { locale: 'default', composer_input_disabled: true, call_to_actions: [own] },
        { locale: 'pl_PL', call_to_actions: [{ ...own, title: 'Zamówienia' }] },
      ],
    };
    const { set, kept } = changeProfile(has, wanted, false);
    expect(kept).toEqual([expect.stringContaining('"Orders", "Zamówienia"')]);
    const titles = (locale: string) =>
      set.persistent_menu?.find((m) => m.locale === locale)?.call_to_actions?.map(({ title }) => title);
    expect(titles('default')).toEqual(['Orders', 'Meine Benachrichtigungen', 'Hilfe', 'Alle beenden']);
    expect(titles('en_US')).toEqual(['Orders', 'My alerts', 'Help', 'Stop all alerts']);
    expect(titles('pl_PL')?.[0]).toBe('Zamówienia');
    expect(set.persistent_menu?.find((m) => m.locale === 'default')?.composer_input_disabled).toBe(true);
    expect(changeProfile({ ...has, ...set }, wanted, false).changes).toEqual([]);
    expect(changeProfile(has, wanted, true).set.persistent_menu).toEqual(wanted.persistent_menu);
  });

  it('no more entries than the platform takes', () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ ...own, title: `Entry ${i}` }));
    const { set } = changeProfile({ persistent_menu: [{ locale: 'default', call_to_actions: many }] }, wanted, false);
    expect(set.persistent_menu?.[0]?.call_to_actions).toHaveLength(20);
  });
});
