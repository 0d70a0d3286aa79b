import type { Command } from 'commander';
import { readConfig } from '../config.js';
import { OptinApi } from '../optin-api.js';
import type { Terminal } from '../terminal.js';

interface Key {
  readonly key_id: string;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly created_at: number;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
}

export function keysCommands(program: Command, terminal: Terminal): void {
  const api = (): OptinApi => new OptinApi(readConfig(terminal.env));
  const group = program.command('keys').description('API keys of a shop, for optin’s HTTP API');
  group
    .command('create')
    .requiredOption('--shop <shop>', 'whose key')
    .requiredOption('--label <text>', 'who or what is going to use it; shown in lists')
    .requiredOption('--scope <scope...>', 'what it may do: links:write, asks:write, shoppers:read, …')
    .option('--json', 'the key and all about it, as one JSON object')
    .description('make a key; it is printed once and cannot be shown again')
    .addHelpText(
      'after',
      '\nExamples:\n  $ beckon keys create --shop aurora --label "product pages" --scope links:write\n  $ beckon keys create --shop aurora --label desk --scope shoppers:read shoppers:delete',
    )
    .action(async (o: { shop: string; label: string; scope: string[]; json?: boolean }) => {
      const made = await api().call<Key & { key: string }>('POST', keysOf(o.shop), {
        label: o.label,
        scopes: o.scope,
      });
      terminal.out(o.json ? JSON.stringify(made) : made.key);
      terminal.err(
        `key ${made.key_id} of shop ${o.shop} may: ${made.scopes.join(', ')}. It is shown only now: keep it safe.`,
      );
    });
  group
    .command('list')
    .requiredOption('--shop <shop>', 'whose keys')
    .option('--json', 'one JSON object per key and line')
    .description('all keys of a shop, revoked ones too')
    .action(async (o: { shop: string; json?: boolean }) => {
      const { keys } = await api().call<{ keys: Key[] }>('GET', keysOf(o.shop));
      if (keys.length === 0) terminal.err(`Shop ${o.shop} has no API keys: beckon keys create`);
      for (const key of keys) terminal.out(o.json ? JSON.stringify(key) : lineOf(key));
    });
  group
    .command('revoke')
    .argument('<key-id>', 'as `beckon keys list` shows it, or the whole key')
    .requiredOption('--shop <shop>', 'whose key')
    .description('end a key for good; the next request with it is refused')
    .action(async (given: string, o: { shop: string }) => {
      const keyId = /^bk_[^_]+_([0-9a-f]+)_/.exec(given)?.[1] ?? given;
      await api().call('DELETE', `${keysOf(o.shop)}/${encodeURIComponent(keyId)}`);
      terminal.err(`key ${keyId} of shop ${o.shop} is revoked`);
    });
}

const keysOf = (shop: string): string => `shops/${encodeURIComponent(shop)}/keys`;

function lineOf(key: Key): string {
  const used = key.last_used_at === null ? 'never used' : `used ${day(key.last_used_at)}`;
  const state = key.revoked_at === null ? used : `REVOKED ${day(key.revoked_at)}`;
  return `${key.key_id}  made ${day(key.created_at)}  ${state.padEnd(19)}  ${key.scopes.join(',')}  ${key.label}`;
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
