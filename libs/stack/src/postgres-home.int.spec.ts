/** Postgres as root, in a folder that only root may enter. As another user there is nothing to work around. */
import { describe, expect, it } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { canEnter } from './postgres-home.js';
import { startStack } from './stack.js';

const { DATABASE_URL: _, ...env } = process.env;
const nobody = { uid: 65_534, gid: 65_534 };

describe('canEnter', () => {
  it('sees a closed folder anywhere above', () => {
    const top = mkdtempSync(join(tmpdir(), 'beckon-test-'));
    try {
      const inner = join(top, 'a', 'b');
      mkdirSync(inner, { recursive: true });
      chmodSync(top, 0o755);
      expect(canEnter(inner, nobody)).toBe(true);
      chmodSync(top, 0o700);
      expect(canEnter(inner, nobody)).toBe(false);
      const { uid, gid } = statSync(top);
      expect(canEnter(inner, { uid, gid })).toBe(true);
    } finally {
      rmSync(top, { recursive: true });
    }
  });
});

describe('Postgres in a closed folder', () => {
  it('starts all the same, and leaves nothing elsewhere when its data was throwaway', async () => {
    const top = mkdtempSync(join(tmpdir(), 'beckon-test-'));
    chmodSync(top, 0o700);
    const lines: string[] = [];
    const stack = await startStack({
      stateDir: join(top, 'state'),
      persistent: false,
      servers: ['postgres'],
      env,
      log: (line) => lines.push(line),
    });
    const client = new pg.Client({ connectionString: stack.databaseUrl });
    await client.connect();
    const { rows } = await client.query(
      "select current_setting('data_directory') as folder, current_database() as name",
    );
    await client.end();
    const [{ folder, name }] = rows as [{ folder: string; name: string }];
    expect(name).toBe('beckon_test');
    if (process.getuid?.() === 0) {
      expect(folder.startsWith('/var/')).toBe(true);
      expect(lines.join('\n')).toContain(`its data goes to ${folder}`);
      // It really is another user: the owner of the running process is not root.
      expect(readFileSync(`/proc/${stack.postgres.pid}/status`, 'utf8')).not.toMatch(/^Uid:\s+0\b/m);
    } else {
      expect(folder.startsWith(top)).toBe(true);
    }
    await stack.stop();
    expect(existsSync(folder)).toBe(false);
    rmSync(top, { recursive: true });
  });
});
