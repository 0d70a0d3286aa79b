import type { ShopSettings, SourceSettings } from '@beckon/contracts';

/** One source of one shop, as the settings in force have it. */
export interface WantedSource {
  readonly shop: string;
  readonly name: string;
  readonly format: SourceSettings['format'];
  /** The shop's own topic, as it is called on the cluster. */
  readonly topic: string;
}

/** Names a source among all shops' sources. */
export const sourceKey = (s: Pick<WantedSource, 'shop' | 'name'>): string => `${s.shop}/${s.name}`;

/** Every source that the shops' settings name. */
export function wantedSources(
  shops: readonly { readonly shop: string; readonly settings: ShopSettings }[],
): WantedSource[] {
  return shops.flatMap(({ shop, settings }) =>
    settings.sources.map(({ name, format, topic }) => ({ shop, name, format, topic })),
  );
}

/** What to start and stop, so that exactly the wanted sources are read. What has not changed is left alone. */
export function sourcePlan(
  running: readonly WantedSource[],
  wanted: readonly WantedSource[],
): { readonly start: WantedSource[]; readonly stop: WantedSource[] } {
  const id = (s: WantedSource): string => JSON.stringify([s.shop, s.name, s.format, s.topic]);
  const have = new Set(running.map(id));
  const want = new Set(wanted.map(id));
  return { start: wanted.filter((s) => !have.has(id(s))), stop: running.filter((s) => !want.has(id(s))) };
}
