import { ShopSettings } from '@beckon/contracts';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';

/** A settings file that is valid as a whole, or every fault of it as `file:line path: what is wrong`. */
export type SettingsFile =
  { readonly ok: true; readonly settings: ShopSettings } | { readonly ok: false; readonly faults: readonly string[] };

/** Reads a shop's settings from YAML or JSON (which is YAML). `name` is what faults call the file. */
export function parseSettingsFile(name: string, content: string): SettingsFile {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0)
    return {
      ok: false,
      faults: document.errors.map((e) => {
        const { line, col } = lines.linePos(e.pos[0]);
        return `${name}:${line}:${col} ${e.message}`;
      }),
    };
  const parsed = ShopSettings.safeParse(document.toJS());
  if (parsed.success) return { ok: true, settings: parsed.data };
  const faults = parsed.error.issues.flatMap(faultsOf).map(({ path, message }) => {
    const line = lineOf(document, lines, path);
    return `${name}${line === undefined ? '' : `:${line}`} ${pathText(path)}: ${message}`;
  });
  return { ok: false, faults };
}

interface PlainFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** One fault per field: unknown fields are named one by one; of several shapes, the one that explains itself speaks. */
function faultsOf(issue: Issue): PlainFault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'there is no such setting' }));
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.flat().filter((e) => e.code === 'invalid_format' || e.code === 'custom');
    const spoken = inner[0] ?? issue.errors.flat()[0];
    return [{ path: [...issue.path, ...(spoken?.path ?? [])], message: spoken?.message ?? issue.message }];
  }
  if (issue.code === 'invalid_type' && issue.input === undefined && /undefined/.test(issue.message))
    return [{ path: issue.path, message: 'is missing' }];
  return [{ path: issue.path, message: issue.message }];
}

/** `pages[0].access_token`. */
export function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((p) => (typeof p === 'number' ? `[${p}]` : `.${String(p)}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}

/** The line of a field, or of the nearest thing around it that is in the file. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    const range = (node as { range?: [number, number, number] } | undefined)?.range;
    if (range) return lines.linePos(range[0]).line;
  }
  return undefined;
}
