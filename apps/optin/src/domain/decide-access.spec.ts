import { expect, it } from '@jest/globals';
import { decideAccess, notTheirs } from './decide-access.js';
import type { Caller } from './decide-access.js';

const key: Caller = { by: 'key', keyId: 'k', shop: 'aurora', scopes: ['links:write', 'keys:write'] };

it.each<[string, Caller, string | null, Parameters<typeof decideAccess>[1]['scope'], string]>([
  ['the operator, anywhere', { by: 'operator' }, 'borealis', 'shoppers:delete', 'granted'],
  ['a key with the scope in its own shop', key, 'aurora', 'links:write', 'granted'],
  ['a key without the scope', key, 'aurora', 'shoppers:read', 'scope_missing'],
  ['a key in another shop, though it has the scope', key, 'borealis', 'links:write', 'wrong_shop'],
  ['a key where no shop is concerned', key, null, 'links:write', 'wrong_shop'],
])('%s: %#', (_, caller, shop, scope, access) => expect(decideAccess(caller, { shop, scope })).toBe(access));

it('a key hands on only what it has', () => {
  expect(notTheirs(key, ['links:write'])).toEqual([]);
  expect(notTheirs(key, ['shoppers:read', 'keys:write', 'asks:write'])).toEqual(['shoppers:read', 'asks:write']);
  expect(notTheirs({ by: 'operator' }, ['shoppers:delete'])).toEqual([]);
});
