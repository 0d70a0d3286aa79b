import type { Scope } from './api-key.js';

/** Who calls the API: the operator, who may do everything in every shop, or a key of one shop. */
export type Caller =
  | { readonly by: 'operator' }
  | { readonly by: 'key'; readonly keyId: string; readonly shop: string; readonly scopes: readonly Scope[] };

/** Whether the caller may do what needs `scope` in `shop` (null: a route of no shop). */
export function decideAccess(
  caller: Caller,
  wanted: { readonly shop: string | null; readonly scope: Scope },
): 'granted' | 'wrong_shop' | 'scope_missing' {
  if (caller.by === 'operator') return 'granted';
  if (caller.shop !== wanted.shop) return 'wrong_shop';
  return caller.scopes.includes(wanted.scope) ? 'granted' : 'scope_missing';
}

/** The scopes among these that the caller cannot hand on, having none of them itself. */
export const notTheirs = (caller: Caller, scopes: readonly Scope[]): Scope[] =>
  caller.by === 'operator' ? [] : scopes.filter((s) => !caller.scopes.includes(s));
