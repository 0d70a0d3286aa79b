import { describe, expect, it } from '@jest/globals';
import { RequestMethod } from '@nestjs/common';
import { Validator } from '@seriousme/openapi-schema-validator';
import 'reflect-metadata';
import { adminOpenApi } from './admin-openapi.js';
import { ADMIN_ROUTES } from './admin-routes.js';
import { SandboxModule } from '../sandbox.module.js';

/** The routes that Nest serves for a controller: method, path in OpenAPI's spelling, status. */
function servedBy(controller: { prototype: object }): string[] {
  const base = Reflect.getMetadata('path', controller) as string;
  return Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
    const handler = (controller.prototype as Record<string, object>)[name]!;
    const path = Reflect.getMetadata('path', handler) as string | undefined;
    if (name === 'constructor' || path === undefined || path === '*path') return [];
    const method = RequestMethod[Reflect.getMetadata('method', handler) as number]!;
    const status =
      (Reflect.getMetadata('__httpCode__', handler) as number | undefined) ?? (method === 'POST' ? 201 : 200);
    const whole = path === '/' ? `/${base}` : `/${base}/${path.replace(/:(\w+)/g, '{$1}')}`;
    return [`${method} ${whole} ${status}`];
  });
}

const described = ADMIN_ROUTES.map(({ method, path, status }) => `${method.toUpperCase()} ${path} ${status}`);

describe('the description of the admin API', () => {
  it('has every route that is served, and no other', () => {
    const controllers = SandboxModule.with({ webhookTimeoutMs: 1 }).controllers as { prototype: object }[];
    const ofAdmin = controllers.filter((one) => String(Reflect.getMetadata('path', one)).startsWith('admin'));
    const served = ofAdmin.flatMap(servedBy);
    expect(served.length).toBeGreaterThan(30);
    expect(described.toSorted()).toEqual(served.toSorted());
  });

  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(adminOpenApi() as Record<string, unknown>);
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    const broken = { ...adminOpenApi(), paths: { 'no-slash': {} } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it('names each operation once, and each schema that it refers to', () => {
    const text = JSON.stringify(adminOpenApi());
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ADMIN_ROUTES.length);
    const { components } = adminOpenApi() as { components: { schemas: object } };
    const named = new Set([...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name));
    expect([...named].filter((name) => !(name! in components.schemas))).toEqual([]);
    expect(Object.keys(components.schemas).filter((name) => !named.has(name))).toEqual([]);
  });

  it('tells what a body must hold', () => {
    const { paths } = adminOpenApi() as { paths: Record<string, Record<string, never>> };
    expect(paths['/admin/people/{psid}/say']!.post).toMatchObject({
      operationId: 'postPeopleSay',
      parameters: [{ name: 'psid', in: 'path', required: true }],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { required: ['text'], additionalProperties: false } } },
      },
    });
    expect(paths['/admin/people/{psid}/press']!.post).toMatchObject({ requestBody: { required: false } });
  });
});
