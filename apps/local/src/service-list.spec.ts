import { describe, expect, it } from '@jest/globals';
import { environmentOf, parseServiceList, readServiceList, type Places } from './service-list.js';
import { serviceEnvironment } from './run-local.js';

const service = {
  name: 'a',
  port: 1,
  servers: ['kafka'],
  settings: { PEER: '${url:b}/x', LEVEL: 'low' },
  secrets: ['S'],
};
const json = {
  about: '',
  servers: { kafka: { BROKERS: '${kafka}' }, redis: { REDIS: '${redis}' }, postgres: {} },
  settings: { PORT: '${port}', HOST: '${host}' },
  secrets: { S: { make: 'random', help: 'a secret' }, T: { make: 'random', help: 'another' } },
  services: [service, { ...service, name: 'b', port: 2, settings: {}, secrets: [] }],
};
const places: Places = {
  host: '0.0.0.0',
  port: (name) => ({ a: 11, b: 22 })[name] ?? 0,
  url: (name) => `http://${name}`,
  kafka: 'k:1',
  redis: 'redis://r',
  postgres: 'postgres://p',
};
const first = (list: ReturnType<typeof parseServiceList>) => list.services[0]!;

describe('the list of services', () => {
  it('gives a service the addresses of what it needs, and of nothing else', () => {
    const list = parseServiceList(json);
    expect(environmentOf(first(list), list, places)).toEqual({
      PORT: '11',
      HOST: '0.0.0.0',
      BROKERS: 'k:1',
      PEER: 'http://b/x',
      LEVEL: 'low',
    });
  });

  it.each([
    ['a port twice', { services: [service, { ...service, name: 'b' }] }, 'lists 1 twice'],
    ['a name twice', { services: [service, { ...service, port: 2 }] }, 'lists a twice'],
    ['a secret without words', { secrets: {} }, 'needs the secret S'],
    ['an unknown server', { services: [{ ...service, servers: ['mysql'] }] }, 'servers'],
    ['an unknown field', { services: [{ ...service, prot: 3 }] }, 'prot'],
  ])('refuses %s', (_, change, fault) => {
    expect(() => parseServiceList({ ...json, ...change })).toThrow(fault);
  });

  it.each(['${kafak}', '${url:nobody}'])('refuses the place %s', (place) => {
    const list = parseServiceList({ ...json, services: [{ ...service, settings: { X: place } }] });
    expect(() => environmentOf(first(list), list, places)).toThrow('services.json');
  });

  it('is filled in completely for every service there is', () => {
    const list = readServiceList();
    for (const entry of list.services) {
      for (const value of Object.values(environmentOf(entry, list, places))) expect(value).not.toContain('${');
    }
  });
});

describe('the environment of a service process', () => {
  it('takes settings from ours, but neither addresses nor secrets of others', () => {
    const list = parseServiceList(json);
    const env = { LEVEL: 'high', BROKERS: 'elsewhere', PORT: '80', T: 'not yours', TZ: 'UTC', NONE: undefined };
    expect(serviceEnvironment(first(list), list, places, { S: 'own', T: 'other' }, env)).toEqual({
      LEVEL: 'high',
      BROKERS: 'k:1',
      PORT: '11',
      HOST: '0.0.0.0',
      PEER: 'http://b/x',
      S: 'own',
      TZ: 'UTC',
    });
  });
});
