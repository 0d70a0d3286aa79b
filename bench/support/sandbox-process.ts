/** A sandbox as a process of its own, as `npm run sandbox` starts it, with Pages and people to send to. */
import { fork, type ChildProcess } from 'node:child_process';
import { Pool } from 'undici';
import type { Bed } from '../row.js';
import { IN_FLIGHT, sendTexts, type Addressee } from './sender.js';

/** How the sandbox is filled. */
export interface Crowd {
  readonly pages: number;
  readonly people: number;
  /** Where webhooks go; undefined: nobody has subscribed. */
  readonly webhookUrl?: string;
  readonly verifyToken?: string;
}

/** A running sandbox and a client of it. */
export class SandboxProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    private readonly pool: Pool,
    readonly addressees: readonly Addressee[],
  ) {}

  /** Starts it on a free port and fills it. */
  static async start(bed: Pick<Bed, 'repository' | 'profileFolder'>, crowd: Crowd): Promise<SandboxProcess> {
    const profile = bed.profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${bed.profileFolder}`];
    const child = fork(`${bed.repository}apps/sandbox/dist/main.js`, [], {
      env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, SANDBOX_PORT: '0' },
      execArgv: ['--no-warnings', ...profile],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /http:\/\/\S+?:\d+/.exec(said)?.[0];
        if (found) resolve(found);
      });
      child.once('exit', (code) => reject(new Error(`the sandbox ended at its start (${code}): ${said}`)));
    });
    const pool = new Pool(url, { connections: IN_FLIGHT, pipelining: 1 });
    return new SandboxProcess(child, url, pool, await fill(pool, crowd));
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Sends so many texts to one person after the other. @throws when one is not accepted */
  sendTexts(count: number): Promise<void> {
    return sendTexts(this.pool, this.addressees, count);
  }

  /** How many messages the ledger holds. */
  async ledgerLength(): Promise<number> {
    let entries = 0;
    let tail = '';
    const { body } = await this.pool.request({ method: 'GET', path: '/admin/ledger' });
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const text = tail + chunk.toString('latin1');
      entries += text.split('"mid":').length - 1;
      // A name that is cut in two between chunks is counted with the next one, and none is counted twice.
      tail = text.slice(-5);
    }
    return entries;
  }

  /** Ends it politely. */
  async stop(): Promise<void> {
    await this.pool.destroy();
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await gone;
  }
}

async function fill(pool: Pool, { pages, people, webhookUrl, verifyToken }: Crowd): Promise<Addressee[]> {
  const post = async (path: string, input: object): Promise<Record<string, unknown>> => {
    const headers = { 'content-type': 'application/json' };
    const { statusCode, body } = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(input) });
    const text = await body.text();
    if (statusCode >= 300) throw new Error(`${path}: ${statusCode} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  for (let n = 0; n < pages; n += 1) {
    await post('/admin/pages', {
      ...{ page: pageId(n), name: `Page ${n}`, token: tokenOf(n), app_id: '77', app_secret: 'bench-secret' },
      ...(webhookUrl !== undefined && { webhook_url: webhookUrl, verify_token: verifyToken }),
    });
  }
  const addressees: Addressee[] = [];
  for (let begin = 0; begin < people; begin += IN_FLIGHT) {
    const some = Array.from({ length: Math.min(IN_FLIGHT, people - begin) }, (_, i) => begin + i);
    const made = some.map(async (n): Promise<Addressee> => {
      const page = pageId(n % pages);
      const person = { page, name: `Person ${n}`, locale: 'en_GB', timezone: 'Europe/London' };
      const { psid } = (await post('/admin/people', person)) as { psid: string };
      await post(`/admin/people/${psid}/tap-get-started`, {});
      return { page, token: tokenOf(n % pages), psid };
    });
    addressees.push(...(await Promise.all(made)));
  }
  return addressees;
}

const pageId = (n: number): string => String(100_000 + n);
const tokenOf = (n: number): string => `EAAbench${n}`;
