/** Reads `deploy/services.json`, the one list of services, and makes the environment that each of them gets. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const SettingName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'capital letters, digits and _');
const SettingValues = z.record(SettingName, z.string());
const ServerNames = z.enum(['kafka', 'redis', 'postgres']);

const Schema = z.strictObject({
  about: z.string(),
  /** What a service that needs this server is told about it. */
  servers: z.record(ServerNames, SettingValues),
  /** What every service is told. */
  settings: SettingValues,
  /** Values that are never written down here: how a local run makes one, and what it is for. */
  secrets: z.record(SettingName, z.strictObject({ make: z.enum(['sealing-key', 'random']), help: z.string().min(1) })),
  services: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z][a-z0-9-]*$/),
      /** Its usual HTTP port. */
      port: z.int().min(1).max(65_535),
      servers: z.array(ServerNames),
      settings: SettingValues,
      secrets: z.array(SettingName),
    }),
  ),
});

/** All services and what they are told. */
export type ServiceList = z.infer<typeof Schema>;
/** One service of the list. */
export type ServiceEntry = ServiceList['services'][number];

/** Where things are for whoever starts the services. */
export interface Places {
  /** Address that the services listen on. */
  readonly host: string;
  /** HTTP port of a service. */
  readonly port: (service: string) => number;
  /** Base address at which other services reach a service. */
  readonly url: (service: string) => string;
  readonly kafka: string;
  readonly redis: string;
  readonly postgres: string;
}

/** The list. @throws ZodError naming what is wrong with the file; Error when a name is unknown or a port doubled */
export function readServiceList(
  file = fileURLToPath(new URL('../../../deploy/services.json', import.meta.url)),
): ServiceList {
  return parseServiceList(JSON.parse(readFileSync(file, 'utf8')));
}

/** The same from parsed JSON. */
export function parseServiceList(json: unknown): ServiceList {
  const list = Schema.parse(json);
  const seen = new Set<string | number>();
  for (const { name, port, secrets } of list.services) {
    for (const key of [name, port]) {
      if (seen.has(key)) throw new Error(`services.json lists ${key} twice`);
      seen.add(key);
    }
    const unknown = secrets.find((secret) => !list.secrets[secret]);
    if (unknown) throw new Error(`services.json: ${name} needs the secret ${unknown}, which is not described`);
  }
  return list;
}

/**
 * Every variable that this service gets, secrets excepted.
 * @throws Error when a value names a place that there is not
 */
export function environmentOf(service: ServiceEntry, list: ServiceList, places: Places): Record<string, string> {
  const given = [list.settings, ...service.servers.map((server) => list.servers[server]), service.settings];
  const fill = (text: string) =>
    text.replaceAll(/\$\{([^}]+)\}/g, (_, place: string) => {
      if (place === 'port') return String(places.port(service.name));
      if (place.startsWith('url:')) return places.url(knownService(place.slice(4), list));
      if (place === 'host' || place === 'kafka' || place === 'redis' || place === 'postgres') return places[place];
      throw new Error(`services.json: \${${place}} of ${service.name} is no place`);
    });
  return Object.fromEntries(
    given.flatMap((values) => Object.entries(values).map(([name, value]) => [name, fill(value)])),
  );
}

function knownService(name: string, list: ServiceList): string {
  if (list.services.some((service) => service.name === name)) return name;
  throw new Error(`services.json: there is no service ${name}`);
}
