/** JSON in UTF-8, or why the bytes are not that: a sentence that quotes nothing of them, since they may be personal. */
export type ReadJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string };

/** Reads bytes of others. Never throws. Of a key given twice in an object the last value counts (RFC 8259, section 4). */
export function readJson(bytes: Uint8Array): ReadJson {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, detail: 'not JSON: the bytes are not UTF-8' };
  }
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, detail: `not JSON: ${placeOf((error as Error).message)}` };
  }
}

/** The parser quotes what it stumbled over: only the place is told. */
const placeOf = (message: string): string => {
  const place = /at position (\d+)/.exec(message)?.[1];
  if (place !== undefined) return `it goes wrong at character ${place}`;
  return message.startsWith('Unexpected end') ? 'it ends too early' : 'a character is where none may be';
};
