import { METADATA_MAX } from './limits.js';

/**
 * Every message of ours carries `message.metadata = beckon:<id>`, which comes back in the echo. It is the only way to
 * learn what became of a call whose answer was lost: the Send API has no idempotency key.
 */
const PREFIX = 'beckon:';
const ID = /^[A-Za-z0-9_.:-]+$/;

/**
 * The metadata for the message with this id.
 * @throws RangeError if the id is empty, too long, or holds characters other than letters, digits and `_ . : -`.
 */
export function formatMetadata(id: string): string {
  if (!ID.test(id) || PREFIX.length + id.length > METADATA_MAX) {
    throw new RangeError('a message id must be non-empty, short, and made of letters, digits and _ . : -');
  }
  return PREFIX + id;
}

/** The id inside our metadata, or undefined when the metadata is absent or another app's. */
export function parseMetadata(metadata: string | undefined | null): string | undefined {
  if (!metadata?.startsWith(PREFIX)) return undefined;
  const id = metadata.slice(PREFIX.length);
  return ID.test(id) && metadata.length <= METADATA_MAX ? id : undefined;
}
