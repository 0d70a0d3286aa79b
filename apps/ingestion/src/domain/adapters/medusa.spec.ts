import { expect, test } from '@jest/globals';
import { payloadCases, playPayloads, read, survivesHostileValues } from '../../../tests/play-payloads.js';
import type { Adapter } from '../offer-update.js';
import { readMedusaLevel, readMedusaPrice, readMedusaVariant } from './medusa-answers.js';
import { readMedusaEvent } from './medusa.js';
import { readJson } from './reading.js';

playPayloads('medusa', readMedusaEvent);
survivesHostileValues('medusa', readMedusaEvent);

/** The answers as if they lay in a log; the header says what was asked for. */
const readAnswer: Adapter = ({ value, headers, timestamp }, context) => {
  const body = readJson(value);
  if (!body.ok) return body;
  const asked = { at: timestamp };
  if (headers['answers'] === 'level') return readMedusaLevel(body.data, asked);
  return headers['answers'] === 'price'
    ? readMedusaPrice(body.data, context, asked)
    : readMedusaVariant(body.data, context, asked);
};
survivesHostileValues('medusa-answers', readAnswer);

test.each(payloadCases('medusa-answers'))('medusa-answers: %s', (_name, c) => {
  const result = read(readAnswer, c);
  if (c.fault !== undefined) return expect(result).toMatchObject({ ok: false, fault: { field: c.fault } });
  const updates = result.ok ? result.updates : [];
  expect({ ok: result.ok, updates: updates.length }).toEqual({ ok: true, updates: c.updates?.length });
  for (const [i, expected] of (c.updates ?? []).entries()) {
    const told = Object.entries(expected).filter(([, facet]) => facet !== null);
    expect(updates[i]).toMatchObject(Object.fromEntries(told));
    for (const facet of ['listing', 'stock', 'price'] as const)
      if (expected[facet] === null) expect(updates[i]?.[facet]).toBeUndefined();
  }
});
