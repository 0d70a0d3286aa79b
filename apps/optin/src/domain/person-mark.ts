import { createHmac } from 'node:crypto';

/**
 * What stays of a person whose data was deleted: a keyed hash of Page and page-scoped id. Whoever has the event has the
 * id and can tell that it was erased; nobody without the key gets from the mark to the id, nor from it to a shopper id
 * of the same person (those hash something else).
 */
export function personMark(key: string, page: string, psid: string): string {
  const mac = createHmac('sha256', key)
    .update(JSON.stringify(['erased', page, psid]))
    .digest('hex');
  return `era_${mac.slice(0, 32)}`;
}

/** Crockford's base 32: no I, L, O, U, so a code survives being read out (crockford.com/base32.html). */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The receipt code of a deletion, `DEL-XXXX-XXXX-XXXX`: 60 bits of a keyed hash of what was deleted. The same deletion
 * always has the same code, so it can be asked for twice; nobody without the key can guess one.
 */
export function deletionCode(key: string, subject: readonly string[]): string {
  const mac = createHmac('sha256', key)
    .update(JSON.stringify(['deletion', ...subject]))
    .digest();
  const letters = [...mac.subarray(0, 12)].map((byte) => LETTERS[byte & 31]).join('');
  return `DEL-${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`;
}
