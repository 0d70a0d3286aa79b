/**
 * What a Page shows of us before and beside the conversation: Get Started, the greeting, the menu. Pure. Limits and
 * locales: Messenger Platform, Messenger Profile API.
 */
import { payloadOf, readPayload } from '@beckon/messenger';

/** The part of a Messenger profile that is ours to set. */
export interface PageProfile {
  readonly get_started?: { readonly payload: string };
  readonly greeting?: readonly Greeting[];
  readonly persistent_menu?: readonly Menu[];
}
interface Greeting {
  readonly locale: string;
  readonly text: string;
}
interface Menu {
  readonly locale: string;
  readonly composer_input_disabled?: boolean;
  readonly call_to_actions?: readonly MenuItem[];
}
interface MenuItem {
  readonly type: string;
  readonly title: string;
  readonly payload?: string;
}

/** What is to be set, and what the Page has of its own that stays. */
export interface ProfileChange {
  /** Nothing to set: empty. */
  readonly set: PageProfile;
  /** In words: what is set. */
  readonly changes: readonly string[];
  /** In words: what stays although it is not ours. */
  readonly kept: readonly string[];
}

const GREETING_MAX = 160;
const MENU_MAX = 20;

interface Words {
  readonly greeting: (shop: string) => string;
  readonly list: string;
  readonly help: string;
  readonly stop: string;
}

const WORDS: Readonly<Record<string, Words>> = {
  en: {
    greeting: (shop) =>
      `${shop} tells you here when what you want is back or costs less. An automated service answers; write STOP at any time.`,
    ...{ list: 'My alerts', help: 'Help', stop: 'Stop all alerts' },
  },
  de: {
    greeting: (shop) =>
      `${shop} sagt Ihnen hier, wenn etwas wieder da ist oder weniger kostet. Es antwortet ein automatischer Dienst; STOP beendet alles.`,
    ...{ list: 'Meine Benachrichtigungen', help: 'Hilfe', stop: 'Alle beenden' },
  },
  fr: {
    greeting: (shop) =>
      `${shop} vous prévient ici d’un retour en stock ou d’une baisse de prix. Un service automatique répond ; STOP pour tout arrêter.`,
    ...{ list: 'Mes alertes', help: 'Aide', stop: 'Arrêter toutes les alertes' },
  },
  es: {
    greeting: (shop) =>
      `${shop} le avisa aquí cuando algo vuelve o baja de precio. Responde un servicio automático; escriba STOP para terminar.`,
    ...{ list: 'Mis avisos', help: 'Ayuda', stop: 'Terminar todos los avisos' },
  },
};

/** The platform's locales of each language. */
const LOCALES: Readonly<Record<string, readonly string[]>> = {
  en: ['en_US', 'en_GB'],
  de: ['de_DE'],
  fr: ['fr_FR', 'fr_CA'],
  es: ['es_ES', 'es_LA'],
};

/** All of it, as a Page without anything gets it. `locale`: the shop's, for people whose language we do not speak. */
export function wantedProfile(shop: { readonly name: string; readonly locale: string }): Required<PageProfile> {
  const own = shop.locale.split(/[-_]/)[0] ?? 'en';
  const languages: [string, Words][] = Object.entries(LOCALES).flatMap(([language, locales]) =>
    locales.map((locale): [string, Words] => [locale, WORDS[language]!]),
  );
  const all: [string, Words][] = [['default', WORDS[own] ?? WORDS['en']!], ...languages];
  return {
    get_started: { payload: payloadOf('begin') },
    greeting: all.map(([locale, words]) => ({ locale, text: greetingOf(words, shop.name) })),
    persistent_menu: all.map(([locale, words]) => ({
      ...{ locale, composer_input_disabled: false },
      call_to_actions: [
        { type: 'postback', title: words.list, payload: payloadOf('list') },
        { type: 'postback', title: words.help, payload: payloadOf('help') },
        { type: 'postback', title: words.stop, payload: payloadOf('stop') },
      ],
    })),
  };
}

/** A name that is too long is cut, not the sentence. */
function greetingOf({ greeting }: Words, shop: string): string {
  const letters = [...shop];
  const room = GREETING_MAX - [...greeting('')].length;
  return greeting(letters.length <= room ? shop : `${letters.slice(0, room - 1).join('')}…`);
}

/**
 * What to set on a Page that has `has`. The button must be ours: only its own app is told of a tap. Entries of the menu
 * that are not ours stay, before ours. A greeting of the Page's own stays unless `replace`.
 */
export function changeProfile(has: PageProfile, wanted: Required<PageProfile>, replace: boolean): ProfileChange {
  const set: { -readonly [K in keyof PageProfile]: PageProfile[K] } = {};
  const changes: string[] = [];
  const kept: string[] = [];
  if (has.get_started?.payload !== wanted.get_started.payload) {
    set.get_started = wanted.get_started;
    changes.push(
      has.get_started
        ? `Get Started (it had the payload ${JSON.stringify(has.get_started.payload.slice(0, 100))})`
        : 'Get Started',
    );
  }
  const ownGreeting = (has.greeting?.length ?? 0) > 0;
  if (!sameGreeting(has.greeting, wanted.greeting)) {
    if (!ownGreeting || replace) {
      set.greeting = wanted.greeting;
      changes.push(`greeting in ${wanted.greeting.length - 1} locales`);
    } else kept.push('the Page’s own greeting (--replace sets ours)');
  }
  const menu = mergeMenus(replace ? [] : (has.persistent_menu ?? []), wanted.persistent_menu);
  const strangers = new Set(
    menu.flatMap(({ call_to_actions = [] }) =>
      call_to_actions.filter((item) => !isOurs(item)).map(({ title }) => title),
    ),
  );
  if (strangers.size > 0)
    kept.push(`the menu’s own ${[...strangers].map((title) => JSON.stringify(title)).join(', ')}`);
  if (!sameMenus(has.persistent_menu, menu)) {
    set.persistent_menu = menu;
    changes.push(`menu in ${menu.length - 1} locales`);
  }
  return { set, changes, kept };
}

const isOurs = ({ payload }: MenuItem): boolean => readPayload(payload ?? null) !== undefined;

/** Each locale's own entries, then ours in that locale (or the default ones). */
function mergeMenus(has: readonly Menu[], wanted: readonly Menu[]): Menu[] {
  const fallback = wanted.find(({ locale }) => locale === 'default')!;
  const ownDefault = has.find(({ locale }) => locale === 'default');
  const locales = [...new Set([...wanted, ...has].map(({ locale }) => locale))];
  return locales.map((locale) => {
    const own = has.find((menu) => menu.locale === locale) ?? ownDefault;
    const ours = (wanted.find((menu) => menu.locale === locale) ?? fallback).call_to_actions ?? [];
    const others = (own?.call_to_actions ?? []).filter((item) => !isOurs(item)).slice(0, MENU_MAX - ours.length);
    return {
      locale,
      composer_input_disabled: own?.composer_input_disabled ?? false,
      call_to_actions: [...others, ...ours],
    };
  });
}

/** The platform may give more fields back, and in another order: what counts is compared. */
function sameGreeting(has: readonly Greeting[] | undefined, wanted: readonly Greeting[]): boolean {
  const texts = new Map(has?.map(({ locale, text }) => [locale, text]));
  return texts.size === wanted.length && wanted.every(({ locale, text }) => texts.get(locale) === text);
}

function sameMenus(has: readonly Menu[] | undefined, wanted: readonly Menu[]): boolean {
  const byLocale = new Map(has?.map((menu) => [menu.locale, essence(menu)]));
  return byLocale.size === wanted.length && wanted.every((menu) => byLocale.get(menu.locale) === essence(menu));
}

const essence = ({ composer_input_disabled = false, call_to_actions = [] }: Menu): string =>
  JSON.stringify([
    composer_input_disabled,
    call_to_actions.map((item) => Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))),
  ]);
