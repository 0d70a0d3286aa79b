import { expect } from '@jest/globals';
import { createLogger } from '@beckon/service';
import { KeySets } from './key-sets.js';

const URL_OF = 'https://shop.example/.well-known/jwks.json';
const log = createLogger({ service: 't', level: 'silent' });

function bed(...answers: (object | string | Error)[]) {
  const asked: string[] = [];
  const clock = { now: 0 };
  const fetched = (url: string | URL | Request): Promise<Response> => {
    asked.push(url as string);
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(new Response(typeof answer === 'string' ? answer : JSON.stringify(answer)));
  };
  return { asked, clock, sets: new KeySets({ log, monotonic: () => clock.now, fetch: fetched }) };
}
const set = (kid: string): object => ({ keys: [{ kty: 'RSA', kid, n: 'x', e: 'AQAB', use: 'sig' }], more: 1 });
const kids = (keys: readonly { kid?: string }[] | undefined): unknown => keys?.map(({ kid }) => kid);

test('keys are fetched once for everybody, and again after an hour', async () => {
  const { sets, asked, clock } = bed(set('a'), set('b'));
  const both = await Promise.all([sets.keys(URL_OF), sets.keys(URL_OF)]);
  expect(both.map(kids)).toEqual([['a'], ['a']]);
  clock.now = 3_599_999;
  expect(kids(await sets.keys(URL_OF))).toEqual(['a']);
  expect(asked).toEqual([URL_OF]);
  clock.now = 3_600_000;
  expect(kids(await sets.keys(URL_OF))).toEqual(['b']);
});

test('when none fits they are fetched once more, but not at every wrong signature', async () => {
  const { sets, asked, clock } = bed(set('a'), set('b'), set('c'));
  await sets.keys(URL_OF);
  clock.now = 59_999;
  expect(await sets.newer(URL_OF)).toBeUndefined();
  clock.now = 60_000;
  expect(kids(await sets.newer(URL_OF))).toEqual(['b']);
  expect(await sets.newer(URL_OF)).toBeUndefined();
  expect(asked).toHaveLength(2);
});

test('keys that were had stay when they cannot be had again; without any there is no answer', async () => {
  const { sets, clock, asked } = bed(new Error('away'), set('a'), '{"keys": 1}', 'x'.repeat(70_000));
  expect(await sets.keys(URL_OF)).toBeUndefined();
  expect(await sets.keys(URL_OF)).toBeUndefined();
  expect(asked).toHaveLength(1);
  clock.now = 5000;
  expect(kids(await sets.keys(URL_OF))).toEqual(['a']);
  for (const later of [4_000_000, 8_000_000]) {
    clock.now = later;
    expect(kids(await sets.keys(URL_OF))).toEqual(['a']);
  }
  expect(asked).toHaveLength(4);
});
