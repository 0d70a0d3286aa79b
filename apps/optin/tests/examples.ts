/** Values that the specs of this folder share; no production file imports it. */
import type { Facts } from '../src/domain/fold-event.js';
import { newPerson } from '../src/domain/person.js';
import type { Person } from '../src/domain/person.js';
import type { PersonEvent } from '../src/domain/person-event.js';
import type { Item, Wish } from '../src/domain/wish.js';

export const NOW = 1_790_000_000_000;

export const coat: Wish = {
  shop: 'aurora',
  product: 'red-coat',
  sku: 'red-coat-m',
  topic: null,
  kind: 'back_in_stock',
  threshold: null,
  locale: null,
  external_id: null,
};
/** Any drop of the coat's price, as a link says that asks for nothing else. */
export const coatPrice: Wish = { ...coat, kind: 'price_drop', threshold: { type: 'any' } };
export const autumn: Wish = { ...coat, product: null, sku: null, topic: 'autumn', kind: 'new_collection' };
export const item: Item = { name: 'Red coat, Size M', price: { amount: 12_900, currency: 'EUR' } };

export const nobody = (): Person =>
  newPerson({ shopper_id: 'shp_1', shop: 'aurora', page: '1001', psid_sealed: 'sealed' });

export const facts = (more: Partial<Facts> = {}): Facts => ({
  now: NOW,
  mayAsk: true,
  notifications: false,
  shopLocale: 'en',
  humanPauseMs: 3_600_000,
  disclosure: false,
  offerAgain: true,
  stopWords: [],
  lowStock: 3,
  item: () => item,
  found: [],
  named: () => undefined,
  ...more,
});

type Body = PersonEvent extends infer E
  ? E extends PersonEvent
    ? Omit<E, 'key' | 'at' | 'received_at' | 'standby'>
    : never
  : never;

/** An event that happened `ago` milliseconds before NOW. */
export function event(body: Body, ago = 1000, more: Partial<PersonEvent> = {}): PersonEvent {
  const key = `${JSON.stringify(body)}@${ago}`;
  return { key, at: NOW - ago, received_at: NOW, standby: false, ...body, ...more } as PersonEvent;
}

export const text = (words: string, ago = 1000): PersonEvent =>
  event({ kind: 'message', text: words, payload: null }, ago);

/** A tap on "Notify Me"; `no` tells taps apart. */
export const tap = (wish: Wish | undefined, no: number, ago = 1000, shown: string | null = null): PersonEvent =>
  event(
    { kind: 'one_time_optin', tokenSealed: `token ${no}`, subId: `sub_${no}`, grantId: `grt_${no}`, shown, wish },
    ago,
  );

/** A tap on "Get updates" (or notifications resumed), with the token `key`. */
export const updates = (wish: Wish, key: string, no: number, ago = 1000, resumed = false): PersonEvent =>
  event(
    {
      ...{ kind: 'notification_optin', tokenSealed: `token ${key}`, tokenKey: key, subId: `sub_${no}`, resumed, wish },
      ...{ expiresAt: NOW - ago + 100 * 86_400_000, shown: 'What the card said' },
    },
    ago,
  );

/** Notifications with the token `key` are stopped in Messenger. */
export const noUpdates = (key: string, ago = 1000): PersonEvent =>
  event({ kind: 'notification_stop', tokenKey: key }, ago);
