/**
 * Serialises as the platform does in its webhooks: ASCII only, other characters as `\uXXXX` with lowercase hex digits
 * (surrogate pairs as two escapes), and `/` as `\/`. Source: Webhooks page, "Validating payloads".
 *
 * @throws TypeError for what JSON cannot hold (cycles, bigint), as JSON.stringify does.
 */
export function escapeJson(value: unknown): string {
  const text = JSON.stringify(value).replaceAll('/', '\\/');
  if (!BEYOND_ASCII.test(text)) return text;
  return text.replace(EACH_BEYOND_ASCII, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const BEYOND_ASCII = /[\u007f-\uffff]/;
const EACH_BEYOND_ASCII = /[\u007f-\uffff]/g;
