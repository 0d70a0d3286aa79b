import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMIN_ROUTES } from './inbound/admin-routes.js';
import { oneTimeRequest, startSandboxForSpec } from './sandbox-for.spec-data.js';
import type { Answer, SandboxForSpec } from './sandbox-for.spec-data.js';
import { OUTPUTS } from './world/admin-output.js';

let my: SandboxForSpec;

beforeEach(async () => {
  my = await startSandboxForSpec();
});

afterEach(() => my.close());

describe('the admin API answers as it is described', () => {
  it('on every route', async () => {
    const called = new Set<string>();
    let id = '';
    /** Calls a route as the description names it, and holds the answer against the description. */
    const call = async (name: string, body?: object, query = ''): Promise<Answer> => {
      const [method, path] = name.split(' ') as [string, string];
      const route = ADMIN_ROUTES.find((one) => one.method === method && one.path === `/admin/${path}`)!;
      called.add(name);
      const where = route.path.replace('{psid}', my.psid).replace('{page}', '100').replace('{id}', id) + query;
      const answer = await my.adminCall(method.toUpperCase(), where, body);
      expect([name, answer.status, answer.text]).toEqual([name, route.status, expect.any(String)]);
      if (route.answers !== undefined) {
        const one = typeof route.answers === 'string';
        const found = (one ? [answer.body] : answer.body) as unknown as unknown[];
        for (const item of found) OUTPUTS[one ? (route.answers as 'Page') : route.answers[0]].parse(item);
        if (!one) expect([name, found.length]).toEqual([name, expect.any(Number)]);
      }
      return answer;
    };
    const taken = createServer((_, response) => {
      response.end(JSON.stringify({ url: 'https://shop.example/d/1', confirmation_code: 'c1' }));
    });
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    try {
      const page = { page: '100', name: 'Nordlys', token: 'EAAsimtoken', app_id: '77', app_secret: 'sim_app_secret' };
      await call('post pages', page);
      await call('patch pages/{page}', { fault_kinds: ['reset', { kind: 'delay', ms: 5, weight: 2 }] });
      await call('post pages/{page}/token', { token: 'EAAsimtoken' });
      await call('post pages/{page}/webhook', { url: my.receiver.url, verify_token: 'verify-me' });
      await call('post pages/{page}/personas', { seed: 1, count: 3, mixed: true });
      await call('post people', { page: '100', name: 'Bo' });
      await call('patch people/{psid}', { fault_kinds: ['reset'], has_role: true });
      await call('post products', { page: '100', id: 'coat', title: 'Coat', link: 'https://m.me/100?ref=coat' });
      const button = { type: 'postback', title: 'Stop', payload: 'stop' };
      const link = { type: 'web_url', title: 'Shop', url: 'https://shop.example/' };
      const profile = {
        ice_breakers: [{ question: 'Where?', payload: 'where' }],
        persistent_menu: [{ locale: 'default', call_to_actions: [button, link] }],
      };
      expect((await my.call('/me/messenger_profile', profile)).status).toBe(200);
      await my.send({
        attachment: { type: 'template', payload: { template_type: 'button', text: 'Done?', buttons: [button, link] } },
      });
      await my.send(oneTimeRequest());
      const topic = { template_type: 'notification_messages', payload: 'topic' };
      await my.send({ attachment: { type: 'template', payload: topic } });
      await my.send({ attachment: { type: 'image', payload: { url: 'https://shop.example/coat.png' } } });
      await my.send({ text: 'Sure?', quick_replies: [{ content_type: 'text', title: 'Yes', payload: 'yes' }] });
      await call('get people/{psid}/thread');
      await call('post people/{psid}/say', { text: 'hi' });
      await call('post people/{psid}/tap-notify-me', {});
      await call('post people/{psid}/tap-get-updates', {});
      await call('post people/{psid}/stop-notifications', {});
      await call('post people/{psid}/resume-notifications', {});
      await call('post people/{psid}/click-link', { ref: 'coat' });
      await call('post people/{psid}/press', { title: 'Stop' });
      await call('post people/{psid}/press-menu', { title: 'Shop' });
      await call('post people/{psid}/react', { reaction: 'love' });
      await call('post people/{psid}/deliver');
      await call('post people/{psid}/read');
      await call('post people/{psid}/inbox-reply', { text: 'A human here.' });
      const url = `http://127.0.0.1:${(taken.address() as AddressInfo).port}/`;
      await call('post people/{psid}/request-deletion', { url });
      await call('post faults', { kind: 'http_500_after_accept' });
      await my.adminCall('POST', '/admin/faults', { kind: 'error', code: 2, times: 3, psid: '1' });
      await my.call('/me/messages', { recipient: { id: my.psid }, message: { text: 'x' } }).catch(() => undefined);
      await call('get faults');
      await call('post disorder', { kind: 'late' });
      for (const list of ['ledger', 'ambiguous', 'calls', 'webhooks']) {
        expect((await call(`get ${list}`, undefined, '?page=100&limit=50')).text.length).toBeGreaterThan(2);
      }
      id = String(my.sandbox.admin.calls().at(-1)!.id);
      await call('get calls/{id}');
      id = String(my.sandbox.admin.webhooks().at(-1)!.id);
      await call('get webhooks/{id}');
      expect((await call('get traffic', undefined, '?limit=50')).text.length).toBeGreaterThan(2);
      await call('get search', undefined, '?q=ida');
      await call('get disorder');
      await call('get overview');
      await call('get clock');
      await call('post clock', { advance_ms: 1 });
      await call('delete faults');
      await call('delete disorder');
      const description = await my.adminCall('GET', '/admin/openapi.json');
      expect(description.body).toMatchObject({ openapi: '3.1.0' });
      called.add('get openapi.json');
      OUTPUTS.Error.parse((await my.adminCall('GET', '/admin/nothing')).body);

      // What only newcomers do.
      const bo = my.sandbox.admin.createPerson({ page: '100', name: 'Eli' }).psid;
      const eli = my.sandbox.admin.createPerson({ page: '100', name: 'Bo' }).psid;
      for (const [verb, psid] of [
        ['tap-get-started', bo],
        ['tap-ice-breaker', eli],
      ] as const) {
        OUTPUTS.Begun.parse((await my.adminCall('POST', `/admin/people/${psid}/${verb}`, {})).body);
        called.add(`post people/{psid}/${verb}`);
      }
      await call('post reset');
      called.add('get stream'); // its own test: sandbox.int.spec.ts
      expect([...called].toSorted()).toEqual(
        ADMIN_ROUTES.map(({ method, path }) => `${method} ${path.replace('/admin/', '')}`).toSorted(),
      );
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
  });
});
