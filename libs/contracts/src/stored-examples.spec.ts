import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allTopics } from './index.js';

/**
 * Evolution: only optional fields are added. Records written by every released version stay readable and keep their
 * meaning. `npm run docs` stores an example when a topic is new; afterwards nobody changes it.
 */
const folder = join(process.cwd(), 'libs/contracts/examples');
const stored = readdirSync(folder).flatMap((version) =>
  readdirSync(join(folder, version)).map((file) => ({ version, topic: file.replace(/\.json$/, ''), file })),
);

describe('stored examples of released versions', () => {
  it('there is one for each topic that has a shape', () => {
    const shaped = allTopics.filter((t) => t.example !== null).map((t) => t.name);
    expect(shaped.filter((name) => !stored.some((s) => s.topic === name))).toEqual([]);
  });

  it.each(stored)('$version/$file: still parses, and no field of it is lost or changed', ({ version, topic, file }) => {
    const example: unknown = JSON.parse(readFileSync(join(folder, version, file), 'utf8'));
    const today = allTopics.find((t) => t.name === topic);
    if (!today) throw new Error(`topic ${topic} was released and is gone`);
    expect(today.schema.parse(example)).toMatchObject(example as object);
  });
});
