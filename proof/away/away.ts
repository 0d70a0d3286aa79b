/**
 * `npm run proof -- away`: a server is gone for a minute under load. The checker judges what was lost, doubled or over a
 * limit; here is seen whether memory grew meanwhile and whether a herd came at the return.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFolder } from '../checker/read-folder.js';
import { SERVICES, type PlannedFault } from '../faults.js';
import { FULL, type LoadSize } from '../load/plan.js';
import type { FaultyProxy, ProxyFault } from '../proxy.js';
import type { Row, RowVerdict, Stage } from '../row.js';
import { rest } from '../world/patience.js';
import { settled, type Resident } from '../world/resident.js';
import { judgeAbsences, RETURN_MS, type Absence } from './judge.js';

/** What can be away. */
export const AWAY = ['kafka', 'redis', 'postgres', 'messenger'] as const;
export type AwayServer = (typeof AWAY)[number];
/** `gone`: nobody listens any more. `silent`: it takes everything and answers nothing (not Messenger: see below). */
export const HOW = ['gone', 'silent'] as const;
export type How = (typeof HOW)[number];

/** Which services use it. */
const CLIENTS: Readonly<Record<AwayServer, readonly string[]>> = {
  kafka: SERVICES,
  redis: ['throttling'],
  postgres: SERVICES,
  messenger: ['delivery'],
};
/** Each Page's pace: low, so that what waited for a minute would be over it if it came at once. */
const PACE = 10;
/** The load: as in `kills`, but nobody stops, and Pages keep a pace. */
export const AWAY_LOAD: LoadSize = { ...FULL, pacePerSecond: PACE };

export interface AwayOptions {
  readonly servers: readonly AwayServer[];
  readonly how: How;
  readonly awayMs: number;
  /** The load flows for so long before the first absence, and between absences. */
  readonly warmUpMs: number;
  readonly calmMs: number;
  /** Whether to look at memory: needs processes that have run for a while. */
  readonly memory: boolean;
  readonly folder: string;
}

/** How long the load has to last for it, with room for what is slow, in milliseconds. */
export const lastsMs = (o: Omit<AwayOptions, 'folder' | 'how' | 'memory'>): number =>
  o.warmUpMs + o.servers.length * (1.3 * (o.awayMs + o.calmMs) + RETURN_MS + 20_000);

export class Away implements Row {
  private readonly absences: Absence[] = [];
  private readonly calm = new Map<string, number>();
  private doing = 'warming up';

  constructor(private readonly o: AwayOptions) {}

  async play({ world, driver, signal, screen }: Stage): Promise<void> {
    const { servers, how, awayMs, warmUpMs, calmMs, memory } = this.o;
    const services = [...world.processes.all.values()].filter(({ plan }) => plan.key !== 'sandbox');
    await rest(warmUpMs, signal);
    for (const server of servers) {
      const proxy = server === 'messenger' ? world.processes.messenger : world.servers.proxies[server];
      const door = new Door(proxy);
      this.doing = `before ${server} goes`;
      await rest(calmMs, signal);
      const before = memory ? this.most(await settled(services)) : {};
      const open = door.mostOpen;
      if (signal.aborted) return;
      screen.say(`${server} is ${how}`);
      this.doing = `${server} is ${how}`;
      const from = Date.now();
      let end = before;
      let mended = from;
      await driver.while(faultOf(server, how), signal, async () => {
        await rest(awayMs, signal);
        if (memory) end = await settled(services);
        mended = Date.now();
        this.doing = `${server} comes back`;
      });
      const to = Date.now();
      screen.say(`${server} is back`);
      this.doing = `${server} is back`;
      await rest(RETURN_MS, signal);
      const after = memory ? await settled(services) : before;
      const opened = door.close();
      const clients = services.filter(({ plan }) => CLIENTS[server].some((name) => plan.key.startsWith(name))).length;
      // Whoever was connected comes back, and may come twice; to Messenger each message may bring a connection of its own.
      const mostAtReturn = server === 'messenger' ? PACE * world.accounts.size * (RETURN_MS / 1000) : 2 * open;
      const held = memory ? { before, end, after } : undefined;
      this.absences.push({ server, how, from, mended, to, held, open, opened, clients, mostAtReturn });
      if (signal.aborted) return;
    }
  }

  /** The most that each process has held in calm times. */
  private most(now: Resident): Resident {
    for (const [key, bytes] of Object.entries(now)) this.calm.set(key, Math.max(bytes, this.calm.get(key) ?? 0));
    return Object.fromEntries(this.calm);
  }

  words(): string {
    return this.doing;
  }

  judge(whole: boolean): RowVerdict {
    writeFileSync(join(this.o.folder, 'away.json'), JSON.stringify(this.absences));
    const posted = readFolder(this.o.folder).calls.flatMap(({ token_page, metadata, at }) =>
      token_page !== null && metadata?.startsWith('beckon:') ? [{ page: token_page, at }] : [],
    );
    const { lines, kept } = judgeAbsences(this.absences, posted, PACE);
    const missing = whole && this.absences.length < this.o.servers.length;
    return {
      lines: [...lines, ...(missing ? [` ✗ only ${this.absences.length} of ${this.o.servers.length} were away`] : [])],
      kept: kept ? !missing : !whole && this.absences.length === 0,
    };
  }
}

/**
 * Messenger refuses connections. Behind a silence its answers would be lost, not its absence: what was written and never
 * answered is never sent again, and that is the matter of `kills`.
 */
function faultOf(server: AwayServer, how: How): Omit<PlannedFault, 'at'> {
  const proxy = (fault: ProxyFault): Omit<PlannedFault, 'at'> => ({
    ...{ target: `proxy:${server}`, trouble: { kind: 'proxy', fault }, forMs: 0 },
  });
  if (server === 'messenger') return proxy({ kind: 'refuse' });
  return how === 'gone' ? { target: server, trouble: { kind: 'kill' }, forMs: 0 } : proxy({ kind: 'half_open' });
}

/** Who comes through a proxy. */
class Door {
  mostOpen = 0;
  private readonly opened: number[] = [];
  private watching = true;

  constructor(private readonly proxy: FaultyProxy) {
    proxy.onOpened(() => {
      if (this.watching) this.opened.push(Date.now());
    });
    this.look();
  }

  /** When connections were opened. Watches no longer. */
  close(): number[] {
    this.watching = false;
    return this.opened;
  }

  private look(): void {
    if (!this.watching) return;
    this.mostOpen = Math.max(this.mostOpen, this.proxy.open);
    setTimeout(() => this.look(), 100).unref();
  }
}
