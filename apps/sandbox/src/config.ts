/** The sandbox's settings, each declared once; the only place that looks at the environment. */
export interface SandboxConfig {
  /** Address to listen on: this machine only, unless it is said otherwise. */
  readonly host: string;
  readonly port: number;
  readonly stateFile: string | undefined;
}

const SETTINGS = [
  { name: 'SANDBOX_HOST', fallback: '127.0.0.1', help: 'address to listen on (0.0.0.0 in a container)' },
  { name: 'SANDBOX_PORT', fallback: '3010', help: 'TCP port (0: any free one)' },
  {
    name: 'SANDBOX_STATE',
    fallback: '',
    help: 'file that keeps Pages, people and messages over a restart (empty: memory only)',
  },
] as const;

/**
 * The settings from an environment, by default this process's.
 * @throws Error naming the setting that does not fit.
 */
export function readConfig(env: Record<string, string | undefined> = process.env): SandboxConfig {
  const value = (name: (typeof SETTINGS)[number]['name']): string =>
    env[name] || SETTINGS.find((setting) => setting.name === name)!.fallback;
  const port = Number(value('SANDBOX_PORT'));
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error('SANDBOX_PORT must be a port number');
  return { host: value('SANDBOX_HOST'), port, stateFile: value('SANDBOX_STATE') || undefined };
}

/** What `--help` prints. */
export function helpText(): string {
  const settings = SETTINGS.map(({ name, fallback, help }) => `  ${name.padEnd(16)} ${help} [${fallback || 'empty'}]`);
  return [
    'Plays the Messenger Platform on this machine: the Send API, signed webhooks, and phones in the browser.',
    '',
    'Environment:',
    ...settings,
    '',
    'Paths:',
    '  /                     the phones',
    '  /vNN.N/{page}/messages, /me/messages   the Send API',
    '  /admin/...            Pages, people and what they do, ledger, clock, faults',
    '  /health/live, /health/ready',
  ].join('\n');
}
