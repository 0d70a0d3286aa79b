import { graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';

/** A kind of object that can be read: its name in refusals, its fields, and those that come when none are named. */
export interface NodeKind {
  readonly name: string;
  readonly fields: readonly string[];
  readonly ordinary: readonly string[];
}

/** The Page of a token. */
export const PAGE_NODE: NodeKind = { name: 'Page', fields: ['id', 'name'], ordinary: ['name', 'id'] };

/** A person as a Page sees them: User Profile API, DOC/identity/user-profile. */
export const PERSON_NODE: NodeKind = {
  name: 'MessengerPageScopedID',
  fields: ['id', 'name', 'first_name', 'last_name', 'profile_pic', 'locale', 'timezone', 'gender'],
  ordinary: ['first_name', 'last_name', 'profile_pic', 'id'],
};

/** Reads `fields`: names with commas between. A name that the kind does not have is refused as Graph does it. */
export function readFields(value: unknown, kind: NodeKind): { fields: string[] } | { refusal: GraphError } {
  if (value === undefined || value === '') return { fields: [...kind.ordinary] };
  if (typeof value !== 'string') return { refusal: graphError(null, 100, undefined, 'Param fields must be a string.') };
  const names = value.split(',').map((name) => name.trim());
  const stranger = names.find((name) => !kind.fields.includes(name));
  if (stranger !== undefined) {
    const message = `Tried accessing nonexisting field (${stranger.slice(0, 100)}) on node type (${kind.name})`;
    return { refusal: graphError(null, 100, undefined, message) };
  }
  // The id is always there, last.
  return { fields: [...new Set([...names.filter((name) => name !== 'id'), 'id'])] };
}

/** Those fields of an object that were asked for; what is not known of it is left out, as by Graph. */
export function pickFields(fields: readonly string[], known: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(fields.flatMap((field) => (known[field] == null ? [] : [[field, known[field]]])));
}
