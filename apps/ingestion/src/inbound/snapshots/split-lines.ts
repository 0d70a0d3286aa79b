/** A line of NDJSON: its bytes, or how large it was where that was too much to hold. Numbers begin with 1. */
export type NumberedLine =
  { readonly number: number; readonly bytes: Buffer } | { readonly number: number; readonly tooLong: true };

/**
 * The lines of a stream of bytes, one at a time, holding never more than one line and one piece of the stream. A line of
 * more than `most` bytes is passed over. Empty lines are counted and left out; `\r\n` ends a line too.
 */
export async function* splitLines(pieces: AsyncIterable<Buffer>, most: number): AsyncGenerator<NumberedLine> {
  let held: Buffer[] = [];
  let [size, number] = [0, 0];
  const line = (): NumberedLine | undefined => {
    number += 1;
    const bytes = size > most ? undefined : Buffer.concat(held);
    [held, size] = [[], 0];
    if (bytes === undefined) return { number, tooLong: true };
    const text = bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes;
    return text.length === 0 ? undefined : { number, bytes: text };
  };
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length;) {
      const end = piece.indexOf(0x0a, from);
      const part = piece.subarray(from, end === -1 ? undefined : end);
      size += part.length;
      if (size > most) held = [];
      else if (part.length > 0) held.push(part);
      if (end === -1) break;
      from = end + 1;
      const whole = line();
      if (whole) yield whole;
    }
  }
  const last = size > 0 ? line() : undefined;
  if (last) yield last;
}
