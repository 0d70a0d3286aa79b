/** Two processes of each service, and one sandbox, as deploy/services.json says they are run. */
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { environmentOf, type Places, type ServiceList } from '@beckon/local/service-list.js';
import type { Guard } from '@beckon/stack';
import { FaultyProxy } from '../proxy.js';
import { SERVICES } from '../faults.js';
import { Supervised } from './supervised.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const HOST = '127.0.0.1';
/** Lets us ask a process to collect its garbage, so that what it truly holds can be seen. */
const TIDY = new URL('./tidy-on-request.js', import.meta.url).href;
/** Lets us freeze a process right before it sends. */
export const FREEZER = new URL('./freeze-at-the-socket.js', import.meta.url).href;

export interface Processes {
  /** By key: `delivery-1`, ..., and `sandbox`. */
  readonly all: ReadonlyMap<string, Supervised>;
  readonly sandboxUrl: string;
  /** A load balancer before the two processes of optin, and one before those of ingestion. */
  readonly optin: FaultyProxy;
  readonly ingestion: FaultyProxy;
  /** What delivery reaches Messenger through. */
  readonly messenger: FaultyProxy;
}

/** Plans them all; nothing runs yet. */
export async function planProcesses(o: {
  readonly list: ServiceList;
  readonly guard: Guard;
  readonly pickPort: () => Promise<number>;
  readonly servers: Pick<Places, 'kafka' | 'redis' | 'postgres'>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly path: string | undefined;
  readonly logDir: string;
  readonly onOwnEnd: (key: string, how: string) => void;
}): Promise<Processes> {
  const all = new Map<string, Supervised>();
  const sandboxPort = await o.pickPort();
  const messenger = await FaultyProxy.listen([{ host: HOST, port: sandboxPort }]);
  const ports = new Map<string, number>();
  for (const name of SERVICES) for (const n of [1, 2]) ports.set(`${name}-${n}`, await o.pickPort());
  const portOf = (key: string): number => ports.get(key) ?? 1;
  const balanced = (name: string): Promise<FaultyProxy> =>
    FaultyProxy.listen([1, 2].map((n) => ({ host: HOST, port: portOf(`${name}-${n}`) })));
  const optin = await balanced('optin');
  const ingestion = await balanced('ingestion');
  const plan = (name: string, key: string, port: number): void => {
    const service = o.list.services.find((s) => s.name === name);
    if (!service) throw new Error(`deploy/services.json lists no ${name}`);
    const places: Places = {
      ...o.servers,
      host: HOST,
      port: () => port,
      // Services meet on Kafka; only ingestion asks optin who may send snapshots.
      url: (other) => `http://${HOST}:${{ sandbox: messenger.port, optin: optin.port }[other] ?? 1}`,
    };
    const secrets = name === 'sandbox' ? {} : o.secrets;
    const env = { ...environmentOf(service, o.list, places), ...secrets, SERVICE_INSTANCE: key };
    const process = {
      ...{
        key,
        cwd: REPOSITORY,
        args: [
          ...['--import', TIDY],
          ...(name === 'delivery' ? ['--import', FREEZER] : []),
          `apps/${name}/dist/main.js`,
        ],
      },
      env: { ...(o.path === undefined ? {} : { PATH: o.path }), ...env },
      ...{ url: `http://${HOST}:${port}`, logFile: join(o.logDir, `${key}.log`) },
      ...(name === 'sandbox' ? { niceness: -5 } : {}),
    };
    all.set(key, new Supervised(process, o.guard, (how) => o.onOwnEnd(key, how)));
  };
  plan('sandbox', 'sandbox', sandboxPort);
  for (const name of SERVICES) for (const n of [1, 2]) plan(name, `${name}-${n}`, portOf(`${name}-${n}`));
  return { all, sandboxUrl: `http://${HOST}:${sandboxPort}`, optin, ingestion, messenger };
}
