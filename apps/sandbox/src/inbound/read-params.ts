import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { isRecord } from '../domain/is-record.js';

/** Longest body that is read, in bytes. */
export const BODY_MAX = 1024 * 1024;
/** Deepest nesting that is taken; more is an attack or a mistake, and serialising it could overflow the stack. */
export const NESTING_MAX = 32;
/** Some editors put it in front of UTF-8; it is no part of the text. */
const BYTE_ORDER_MARK = 0xfeff;

/** Why a body cannot be used. */
export class UnreadableBody extends Error {}

/**
 * The bytes of a body.
 * @throws UnreadableBody if it is longer than {@link BODY_MAX}; the rest is read and thrown away, so that the caller
 * gets an answer instead of a broken connection.
 */
export function readBytes(request: IncomingMessage): Promise<Buffer> {
  // Events instead of `for await`: an async iterator costs more than all rules of a send together.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= BODY_MAX) chunks.push(chunk);
    });
    request.on('end', () => {
      if (length > BODY_MAX) reject(new UnreadableBody(`The request body is longer than ${BODY_MAX} bytes.`));
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('the caller went away'));
    });
  });
}

/**
 * The parameters in a body, by its content type: a JSON object or form fields.
 * @throws UnreadableBody for invalid UTF-8, malformed JSON, JSON that is no object, or too deep nesting.
 */
export function bodyParams(bytes: Buffer, contentType: string | undefined): Record<string, unknown> {
  if (bytes.length === 0) return {};
  if (contentType?.includes('multipart/form-data')) {
    throw new UnreadableBody('Files are taken by their url only: multipart bodies are not served here.');
  }
  const text = decode(bytes);
  if (contentType?.includes('application/x-www-form-urlencoded')) {
    return Object.fromEntries([...new URLSearchParams(text)].map(([key, value]) => [key, shallow(value)]));
  }
  const value = parseJson(text);
  if (!isRecord(value)) throw new UnreadableBody('The request body must be a JSON object.');
  return value;
}

function decode(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new UnreadableBody('The request body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

function parseJson(text: string): unknown {
  if (nesting(text) > NESTING_MAX) throw new UnreadableBody(`The request body is nested deeper than ${NESTING_MAX}.`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UnreadableBody('The request body is not valid JSON.');
  }
}

/** Form fields may hold JSON, which is parsed later: the same bound holds for it. */
function shallow(value: string): string {
  if (nesting(value) > NESTING_MAX) throw new UnreadableBody(`A parameter is nested deeper than ${NESTING_MAX}.`);
  return value;
}

/** The deepest nesting of brackets outside of strings. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i += 1;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x7b || c === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x7d || c === 0x5d) depth -= 1;
  }
  return deepest;
}
