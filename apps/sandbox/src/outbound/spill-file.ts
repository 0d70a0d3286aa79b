import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A stretch of a file, in bytes: from (inclusive) to (exclusive). */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * A file that is only appended to and read in stretches. Without a path it has no name either: it is unlinked as soon
 * as it is open, so that nothing is left of it however the process ends. Opened at the first use.
 */
export class SpillFile {
  private handle: number | undefined;
  private end = 0;

  /** `path`: where it stays after the end; undefined: it goes with the process. */
  constructor(private readonly path: string | undefined) {}

  /** Where the next bytes go. */
  get size(): number {
    return this.end;
  }

  /** Appends bytes and says where they are. */
  append(bytes: Buffer): Stretch {
    const from = this.end;
    for (let written = 0; written < bytes.length;) {
      written += writeSync(this.open(), bytes, written, bytes.length - written, from + written);
    }
    this.end = from + bytes.length;
    return { from, to: this.end };
  }

  /** The bytes of a stretch. @throws when the file is shorter */
  read({ from, to }: Stretch): Buffer {
    const bytes = Buffer.allocUnsafe(to - from);
    for (let at = 0; at < bytes.length;) {
      const got = readSync(this.open(), bytes, at, bytes.length - at, from + at);
      if (got === 0) throw new Error(`${this.path ?? 'a spill file'} ends at byte ${from + at}, not at ${to}`);
      at += got;
    }
    return bytes;
  }

  /** Forgets what comes after a byte; whoever reads behind it is lost. @throws when the file is shorter */
  cut(size: number): void {
    if (this.handle === undefined && this.path === undefined) return;
    const handle = this.open();
    const { size: before } = fstatSync(handle);
    if (before < size) throw new Error(`${this.path ?? 'a spill file'} holds ${before} bytes, not ${size}`);
    ftruncateSync(handle, size);
    this.end = size;
  }

  /** Closes it; a nameless one is gone then. */
  close(): void {
    if (this.handle !== undefined) closeSync(this.handle);
    this.handle = undefined;
  }

  private open(): number {
    this.handle ??= this.path === undefined ? openNameless() : openKept(this.path);
    return this.handle;
  }
}

/** What people were sent is nobody else's business: readable by the owner only. */
const OWNER_ONLY = 0o600;

function openKept(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  // Neither 'r+' (must exist) nor 'w+' (cuts) nor 'a+' (writes at the end whatever is asked) will do: make it first.
  closeSync(openSync(path, 'a', OWNER_ONLY));
  return openSync(path, 'r+');
}

function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-sandbox-'));
  try {
    return openSync(join(folder, 'spilled'), 'wx+', OWNER_ONLY);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
