import { parseArgs } from 'node:util';
import { MOST_WAITING } from './outbound/webhook-sender.js';

/** The sandbox's settings, each declared once; the only place that looks at the environment and the command line. */
export interface SandboxConfig {
  /** Address to listen on: this machine only, unless it is said otherwise. */
  readonly host: string;
  readonly port: number;
  readonly stateFile: string | undefined;
  /** Whether there is a Page, an app and a person from the start. */
  readonly readyMade: boolean;
  /** How many events may wait for webhook receivers before more are dropped. */
  readonly webhooksWaiting: number;
  /** Where the ready-made Page's webhooks go. */
  readonly webhookUrl: string | undefined;
}

const SETTINGS = [
  {
    name: 'SANDBOX_HOST',
    option: 'host',
    fallback: '127.0.0.1',
    help: 'address to listen on (0.0.0.0 in a container)',
  },
  { name: 'SANDBOX_PORT', option: 'port', fallback: '3010', help: 'TCP port (0: any free one)' },
  {
    name: 'SANDBOX_STATE',
    option: 'state',
    fallback: '',
    help: 'file that keeps Pages, people and messages over a restart (empty: memory only)',
  },
  {
    name: 'SANDBOX_PAGE',
    option: 'page',
    fallback: 'ready',
    help: 'ready: one Page, app and person from the start; none: empty (also --no-demo)',
  },
  {
    name: 'SANDBOX_WEBHOOK_URL',
    option: 'webhook-url',
    fallback: '',
    help: 'where the ready-made Page’s webhooks go, once that address passes the verification',
  },
  {
    name: 'SANDBOX_WEBHOOKS_WAITING',
    option: 'webhooks-waiting',
    fallback: String(MOST_WAITING),
    help: 'how many events may wait for webhook receivers (memory); what comes above that is dropped',
  },
] as const;

/**
 * The settings from an environment, by default this process's, and from the words of a command line, which go first.
 * @throws Error naming the setting that does not fit.
 */
export function readConfig(
  env: Record<string, string | undefined> = process.env,
  words: readonly string[] = [],
): SandboxConfig {
  const options = Object.fromEntries(SETTINGS.map(({ option }) => [option, { type: 'string' as const }]));
  const read = parseArgs({ args: [...words], options: { ...options, 'no-demo': { type: 'boolean' } } });
  const values: Record<string, string | boolean | undefined> = read.values;
  const value = (name: (typeof SETTINGS)[number]['name']): string => {
    const { option, fallback } = SETTINGS.find((setting) => setting.name === name)!;
    const said = values[option];
    return (typeof said === 'string' ? said : env[name]) || fallback;
  };
  const port = Number(value('SANDBOX_PORT'));
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error('SANDBOX_PORT must be a port number');
  const webhooksWaiting = Number(value('SANDBOX_WEBHOOKS_WAITING'));
  if (!Number.isInteger(webhooksWaiting) || webhooksWaiting < 1) {
    throw new Error('SANDBOX_WEBHOOKS_WAITING must be a number of events, 1 at least');
  }
  const page = values['no-demo'] ? 'none' : value('SANDBOX_PAGE');
  if (page !== 'ready' && page !== 'none') throw new Error('SANDBOX_PAGE must be ready or none');
  const webhookUrl = value('SANDBOX_WEBHOOK_URL') || undefined;
  if (webhookUrl !== undefined && !/^https?:\/\/\S+$/.test(webhookUrl)) {
    throw new Error('SANDBOX_WEBHOOK_URL must be an http or https address');
  }
  if (webhookUrl !== undefined && page === 'none') {
    throw new Error('SANDBOX_WEBHOOK_URL is for the ready-made Page, and SANDBOX_PAGE is none');
  }
  return {
    host: value('SANDBOX_HOST'),
    port,
    stateFile: value('SANDBOX_STATE') || undefined,
    readyMade: page === 'ready',
    webhookUrl,
    webhooksWaiting,
  };
}

/** What `--help` prints. */
export function helpText(): string {
  const settings = SETTINGS.flatMap(({ name, option, fallback, help }) => [
    `  --${option.padEnd(17)} ${name.padEnd(25)} [${fallback || 'empty'}]`,
    `      ${help}`,
  ]);
  return [
    'Plays the Messenger Platform on this machine: the Send API, signed webhooks, and phones in the browser.',
    '',
    '  npm run sandbox',
    '  npm run sandbox -- --webhook-url http://127.0.0.1:8080/webhook',
    '',
    'Options, or variables of the environment [what holds if neither is given]:',
    ...settings,
    '  --no-demo           as SANDBOX_PAGE=none',
    '',
    'Paths:',
    '  /                     the phones, with an inspector of every webhook and API call',
    '  /vNN.N/{page}/messages, /me/messages   the Send API',
    '  /admin/...            Pages, people and what they do, traffic, ledger, clock, faults',
    '  /health/live, /health/ready',
  ].join('\n');
}
