import type { ShopRecord, ShopSettings } from '@beckon/contracts';
import { pathText } from './settings-file.js';

/** One difference: a value that came (`before` undefined), went (`after` undefined) or changed. */
export interface Difference {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What `shops apply` should do, given the record in force. */
export type SettingsChange =
  | { readonly action: 'none'; readonly rev: number }
  | { readonly action: 'publish'; readonly record: ShopRecord; readonly differences: readonly Difference[] }
  | { readonly action: 'refuse'; readonly faults: readonly string[] };

/**
 * Compares settings with what is in force. Unchanged settings get no new revision. A Page belongs to one shop:
 * Messenger's events name only the Page.
 */
export function decideSettingsChange(
  settings: ShopSettings,
  inForce: ReadonlyMap<string, ShopRecord>,
  now: number,
): SettingsChange {
  const faults = settings.pages.flatMap((page, i) =>
    [...inForce.values()]
      .filter((other) => other.shop !== settings.shop && other.settings.pages.some((p) => p.page === page.page))
      .map((other) => `${pathText(['pages', i, 'page'])}: Page ${page.page} belongs to shop ${other.shop} already`),
  );
  if (faults.length > 0) return { action: 'refuse', faults };
  const current = inForce.get(settings.shop);
  const differences = compare(current?.settings, settings);
  if (current && differences.length === 0) return { action: 'none', rev: current.rev };
  const record = { shop: settings.shop, rev: (current?.rev ?? 0) + 1, settings, updated_at: now };
  return { action: 'publish', record, differences };
}

/** Differences of two JSON values, field by field, in the order of paths. */
export function compare(before: unknown, after: unknown): Difference[] {
  const [left, right] = [leaves(before), leaves(after)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((path) => JSON.stringify(left.get(path)) !== JSON.stringify(right.get(path)))
    .map((path) => ({ path, before: left.get(path), after: right.get(path) }));
}

/** `+ path: value`, `- path: value`, `~ path: before → after`. */
export function differenceText({ path, before, after }: Difference): string {
  const text = (value: unknown): string => JSON.stringify(value);
  if (before === undefined) return `+ ${path}: ${text(after)}`;
  if (after === undefined) return `- ${path}: ${text(before)}`;
  return `~ ${path}: ${text(before)} → ${text(after)}`;
}

function leaves(
  value: unknown,
  path: readonly PropertyKey[] = [],
  found = new Map<string, unknown>(),
): Map<string, unknown> {
  const children = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (children.length === 0) {
    if (value !== undefined && path.length > 0) found.set(pathText(path), value);
    return found;
  }
  for (const [key, child] of children) leaves(child, [...path, Array.isArray(value) ? Number(key) : key], found);
  return found;
}
