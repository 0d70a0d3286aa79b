/** Promise: a webhook that was changed on the way is never taken. The same with 100,000: `npm run proof -- webhooks`. */
import { messengerEvents } from '@beckon/contracts';
import { expect, it } from '@jest/globals';
import { APP_SECRET, PAGE, startOptin } from '../../apps/optin/tests/bed.js';
import { until } from '../../tests/support/real-servers.js';
import { Chance } from '../chance.js';
import { sendMutants } from './send-mutants.js';

const MUTANTS = 2000;

it(`of ${MUTANTS} mutated webhooks none is accepted, and every untouched one between them is`, async () => {
  const bed = await startOptin();
  const logged = await bed.records(messengerEvents);
  const work = { url: `${bed.url}/webhooks/messenger`, page: PAGE, secret: APP_SECRET, count: MUTANTS };
  const seen = await sendMutants({ ...work, chance: new Chance(1) });
  expect(seen.accepted).toEqual([]);
  expect(seen.mutants).toBe(MUTANTS);
  expect(seen.untouched).toMatchObject({ sent: 40, taken: 40 });
  // Every kind of change that there is came up: a kind that never does would show nothing.
  expect(Object.keys(seen.kinds)).toHaveLength(9 + 6 + 2 * 9 + 9);
  await until('all untouched events are logged', () => logged.length >= seen.untouched.events);
  const last = await bed.webhook({ object: 'page', entry: [{ id: PAGE, messaging: [{ read: { watermark: 7 } }] }] });
  expect(last.status).toBe(200);
  await until('the last event is logged', () => logged.some((r) => r.value?.includes('"watermark":7')));
  expect(logged).toHaveLength(seen.untouched.events + 1);
});
