/** docker-compose.yml and the Dockerfile, judged by structure: no container engine is needed to see what is missing. */
import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readServiceList } from '../apps/local/src/service-list.js';

const repository = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(repository, file), 'utf8');

interface ComposeService {
  image: string;
  build?: { context: string; dockerfile: string };
  working_dir?: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}
const list = readServiceList();
const compose = parse(read('docker-compose.yml')) as {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
};
const SERVERS = ['kafka', 'redis', 'postgres'] as const;

describe('deploy/services.json', () => {
  it('lists every service that is an application here, and no other', () => {
    const tools = ['cli', 'local'];
    const apps = readdirSync(join(repository, 'apps')).filter((name) => !tools.includes(name));
    expect(list.services.map(({ name }) => name).sort()).toEqual(apps.sort());
    for (const { name } of list.services) expect(existsSync(join(repository, 'apps', name, 'src/main.ts'))).toBe(true);
  });

  it('gives each service its own port', () => {
    expect(Object.fromEntries(list.services.map(({ name, port }) => [name, port]))).toEqual({
      optin: 3001,
      ingestion: 3002,
      matching: 3003,
      throttling: 3004,
      delivery: 3005,
      sandbox: 3010,
    });
  });
});

describe('docker-compose.yml', () => {
  it('is the one that deploy/services.json makes', () => {
    execFileSync(process.execPath, ['tools/compose.mjs', '--check'], { cwd: repository, stdio: 'pipe' });
  });

  it('has the servers, the topics’ one-shot and every service', () => {
    const names = [...SERVERS, 'init', ...list.services.map(({ name }) => name)];
    expect(Object.keys(compose.services).sort()).toEqual(names.sort());
    const images = SERVERS.map((name) => compose.services[name]?.image);
    expect(images).toEqual(['apache/kafka:4.3.0', 'redis:8-alpine', 'postgres:18-alpine']);
  });

  it.each(list.services)('$name: port, addresses, secrets and what it waits for', (entry) => {
    const service = compose.services[entry.name]!;
    const environment = service.environment ?? {};
    expect(service.ports).toEqual([`127.0.0.1:${entry.port}:${entry.port}`]);
    expect(environment.HTTP_PORT).toBe(String(entry.port));
    expect(environment.HTTP_HOST).toBe('0.0.0.0');
    const addresses = { kafka: 'KAFKA_BROKERS', redis: 'REDIS_URL', postgres: 'DATABASE_URL' };
    for (const server of SERVERS) {
      const needed = entry.servers.includes(server);
      expect(addresses[server] in environment).toBe(needed);
      expect(service.depends_on?.[server]).toEqual(needed ? { condition: 'service_healthy' } : undefined);
    }
    for (const secret of entry.secrets) expect(environment[secret]).toMatch(new RegExp(`^\\$\\{${secret}:\\?`));
    expect(service.healthcheck?.test.join(' ')).toContain(`:${entry.port}/health/ready`);
  });

  it('writes no secret down and leaves no place unfilled', () => {
    for (const { environment = {} } of Object.values(compose.services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (/SECRET|TOKEN|KEYS?$|PASSWORD/.test(name)) expect(value).toMatch(/^\$\{[A-Z_]+:\?/);
        expect(value).not.toMatch(/\$\{[a-z]/);
      }
    }
  });

  it('refers only to services, volumes, files and applications that exist', () => {
    for (const service of Object.values(compose.services)) {
      for (const name of Object.keys(service.depends_on ?? {})) expect(compose.services).toHaveProperty(name);
      for (const volume of service.volumes ?? []) expect(compose.volumes).toHaveProperty(volume.split(':')[0] ?? '');
      if (!service.build) continue;
      expect(existsSync(join(repository, service.build.dockerfile))).toBe(true);
      const app = service.working_dir?.replace(/^\/app\//, '') ?? '';
      expect(existsSync(join(repository, app, 'src/main.ts'))).toBe(true);
    }
  });

  it('publishes ports on this machine only, each once', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it('waits for servers that say when they answer', () => {
    for (const name of SERVERS) expect(compose.services[name]?.healthcheck?.test[0]).toBe('CMD');
    for (const service of Object.values(compose.services)) {
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        if (condition === 'service_healthy') expect(compose.services[name]?.healthcheck).toBeDefined();
      }
    }
  });
});

describe('deploy/Dockerfile', () => {
  const instructions = read('deploy/Dockerfile')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() && !line.startsWith('#'))
    .map((line) => line.trim());
  const stages: Array<{ name: string; base: string; lines: string[] }> = [];
  for (const line of instructions) {
    const from = /^FROM (\S+) AS (\S+)$/.exec(line);
    if (from) stages.push({ base: from[1]!, name: from[2]!, lines: [] });
    else stages.at(-1)?.lines.push(line);
  }
  const last = stages.at(-1)!;

  it('builds in stages on the slim Node image and copies only from stages before', () => {
    expect(instructions[0]).toBe('ARG NODE=node:24-slim');
    expect(stages.map(({ name }) => name)).toEqual(['manifests', 'build', 'packages', 'service']);
    for (const { base } of stages) expect(base).toBe('${NODE}');
    stages.forEach(({ lines }, index) => {
      const earlier = stages.slice(0, index).map(({ name }) => name);
      for (const line of lines) {
        const from = /--from=(\S+)/.exec(line)?.[1];
        if (from) expect(earlier).toContain(from);
      }
    });
  });

  it('runs without development packages, as nobody special, as process 1', () => {
    const packages = stages.find(({ name }) => name === 'packages');
    expect(packages?.lines.some((line) => /^RUN npm ci .*--omit=dev/.test(line))).toBe(true);
    expect(last.lines.some((line) => line.includes('--from=build /app/node_modules'))).toBe(false);
    const user = last.lines.indexOf('USER node');
    expect(user).toBeGreaterThan(-1);
    const command = last.lines.at(-1) ?? '';
    expect(command).toMatch(/^CMD \[/);
    const words = JSON.parse(command.slice('CMD '.length)) as string[];
    expect(words[0]).toBe('node');
    expect(words.at(-1)).toBe('dist/main.js');
    expect(last.lines).toContain('WORKDIR /app/apps/${SERVICE}');
    // What the preload names is a file that its package offers.
    const preload = words[words.indexOf('--require') + 1]!;
    const manifest = JSON.parse(read('libs/service/package.json')) as { name: string; exports: Record<string, string> };
    const offered = manifest.exports[`.${preload.slice(manifest.name.length)}`];
    expect(existsSync(join(repository, 'libs/service', offered ?? 'nothing'))).toBe(true);
  });

  it('sends no state, secret or installed package into the build', () => {
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.git', '.beckon', '.env', '**/node_modules', '**/dist']));
  });
});
