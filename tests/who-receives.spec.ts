import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as contracts from '@beckon/contracts';
import { describe, expect, it } from '@jest/globals';

/**
 * The AsyncAPI document says who receives each topic, from `flows` in the contracts. What is true is the handlers: this
 * reads them, so that the document cannot drift from the services.
 */
function handled(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => /(?<!spec)\.ts$/.test(f));
  return files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/@BatchHandler\((\w+)\)/g)].map(([, name]) => {
      const topic = (contracts as Record<string, unknown>)[name ?? ''] as contracts.Topic | undefined;
      if (!topic) throw new Error(`${file}: @BatchHandler(${name}) is no topic of the contracts`);
      return topic.name;
    }),
  );
}

describe('who receives a topic', () => {
  const services = contracts.SERVICES.filter((name) => existsSync(`apps/${name}/src/inbound`));

  it('every service reads the shops’ settings, through the same handler', () => {
    expect(handled('libs/settings/src')).toEqual(['shops']);
  });

  for (const name of services)
    it(`${name}: its handlers are those that the document names`, () => {
      const documented = contracts.flows[name].receives.map((t) => t.name);
      expect([...handled(`apps/${name}/src`), 'shops'].sort()).toEqual(documented.sort());
    });
});
