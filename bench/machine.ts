/** What a figure was measured on, and with. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** Recorded with every result. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  /** Load average of the last minute when the run began: above the number of cores, others were at work too. */
  readonly load: number;
}

/** This machine, now. */
export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    load: Math.round(loadavg()[0]! * 10) / 10,
  };
}

/** Node.js, Beckon's own dependencies and the peers', as this checkout names them. */
export function versions(repository: string, origins: Readonly<Record<string, string>>): Record<string, string> {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(`${repository}package.json`, 'utf8')) as {
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
  const all = { ...dependencies, ...devDependencies };
  const named = [
    '@nestjs/core',
    '@nestjs/microservices',
    'kafkajs',
    'ioredis',
    'pg',
    'undici',
    'rate-limiter-flexible',
  ];
  const known = named.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]]));
  return { node: process.versions.node, ...Object.fromEntries(known), ...origins };
}
