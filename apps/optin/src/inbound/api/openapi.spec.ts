import { describe, expect, it } from '@jest/globals';
import { RequestMethod } from '@nestjs/common';
import { Validator } from '@seriousme/openapi-schema-validator';
import 'reflect-metadata';
import type { OptinConfig } from '../../config.js';
import { OptinModule } from '../../optin.module.js';
import { NEEDS } from './api.guard.js';
import { apiDocument } from './openapi.js';
import { PROBLEMS } from './problems.js';
import { API_ROUTES, routeAt } from './routes.js';
import { ANSWERS } from './schemas.js';

interface Served {
  readonly route: string;
  readonly guards: number;
  readonly filters: number;
}

/** The routes that Nest serves for a controller: method, path in OpenAPI's spelling, status, and what it needs. */
function servedBy(controller: { prototype: object }): Served[] {
  const base = String(Reflect.getMetadata('path', controller)).replace(/^\/?/, '/');
  const count = (key: string): number => ((Reflect.getMetadata(key, controller) as unknown[]) ?? []).length;
  return Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
    const handler = (controller.prototype as Record<string, object>)[name]!;
    const path = Reflect.getMetadata('path', handler) as string | undefined;
    if (name === 'constructor' || path === undefined) return [];
    const method = RequestMethod[Reflect.getMetadata('method', handler) as number]!;
    const status =
      (Reflect.getMetadata('__httpCode__', handler) as number | undefined) ?? (method === 'POST' ? 201 : 200);
    const whole = `${base}${path === '/' ? '' : `/${path}`}`.replace(/:(\w+)/g, '{$1}');
    const needs = String(Reflect.getMetadata(NEEDS, handler));
    return [
      {
        route: `${method} ${whole} ${status} ${needs}`,
        guards: count('__guards__'),
        filters: count('__exceptionFilters__'),
      },
    ];
  });
}

const described = API_ROUTES.map(({ method, path, status, needs }) => `${method} ${path} ${status} ${needs}`);
const text = JSON.stringify(apiDocument());
const { paths, components } = apiDocument() as {
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, Record<string, never>> }>>;
  components: { schemas: object };
};

describe('the description of the HTTP API', () => {
  it('has every route that is served, with its status and what it needs, and no other', () => {
    const config = {
      SEAL_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
      REF_KEY: ['r'],
      API_RATE_PER_MINUTE: 1,
      API_OPEN_RATE_PER_MINUTE: 1,
    } as unknown as OptinConfig;
    const deps = { shutdown: { add: () => undefined }, health: {}, log: {} };
    const controllers = OptinModule.forService(config, deps as never).controllers as { prototype: object }[];
    const served = controllers.flatMap(servedBy);
    const ofApi = served.filter((s) => s.route.includes(' /v1'));
    expect(ofApi.length).toBeGreaterThan(8);
    expect(described.toSorted()).toEqual(ofApi.map((s) => s.route).toSorted());
    // What is not of the API shares neither guard nor filter with it.
    for (const s of served)
      expect([s.route, s.guards, s.filters]).toEqual([s.route, ...(s.route.includes(' /v1') ? [1, 1] : [0, 0])]);
  });

  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(apiDocument() as Record<string, unknown>);
    expect([result.errors ?? [], result.valid]).toEqual([[], true]);
    const broken = { ...apiDocument(), paths: { 'no-slash': {} } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it('names each operation once, and each schema that it refers to', () => {
    const ids = Object.values(paths).flatMap((p) => Object.values(p).map((o) => o.operationId));
    expect(new Set(ids).size).toBe(API_ROUTES.length);
    expect(ids).toContain('getShoppersByShopperIdConsents');
    const named = new Set([...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name));
    expect(Object.keys(components.schemas).toSorted()).toEqual([...named].toSorted());
  });

  it('has an example of every body and every answer, and each example fits its schema', () => {
    for (const { method, path, body, answers, examples } of API_ROUTES) {
      if (body) expect([method, path, body.safeParse(examples?.body).error]).toEqual([method, path, undefined]);
      if (!answers) continue;
      const parsed = ANSWERS[answers].strict().safeParse(examples?.answer);
      expect([method, path, parsed.error]).toEqual([method, path, undefined]);
    }
  });

  it('tells every problem that there is, each where its status is', () => {
    const everywhere: readonly string[] = ['unknown_route', 'method_not_allowed'];
    for (const [code, { status }] of Object.entries(PROBLEMS)) {
      if (everywhere.includes(code)) continue;
      const where = Object.values(paths).flatMap((p) => Object.values(p).flatMap((o) => Object.entries(o.responses)));
      const telling = where.filter(([, answer]) => JSON.stringify(answer).includes(`urn:beckon:problem:${code}"`));
      expect([code, new Set(telling.map(([s]) => s))]).toEqual([code, new Set([String(status)])]);
    }
  });
});

describe('the door', () => {
  it.each<[string, readonly string[]]>([
    ['/v1/shops/aurora/links', ['POST']],
    ['/V1/Shops/aurora/Links/', ['POST']],
    ['/v1/shops/a/links/r/qr.svg', ['GET']],
    ['/v1/shops/a/links/r/qrXsvg', []],
    ['/v1/shops/a/b/links', []],
    ['/v1/shops//links', []],
    ['/v1/openapi.json', ['GET']],
    ['/v1', []],
    ['/v1/shops/aurora/keys', ['POST', 'GET']],
  ])('%s knows %j', (path, methods) => expect(routeAt(path).methods).toEqual(methods));
});
