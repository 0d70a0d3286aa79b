import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { readZipEntry } from './zip.js';

const folder = mkdtempSync(join(tmpdir(), 'beckon-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A zip with these entries, written after the same specification, checksums left out (nobody reads them). */
function zip(entries: Array<{ name: string; bytes: Buffer; deflate: boolean }>): string {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, deflate } of entries) {
    const packed = deflate ? deflateRawSync(bytes) : bytes;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(5, 28); // an extra field that only the local header has
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(deflate ? 8 : 0, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    directory.push(entry, Buffer.from(name));
    const part = Buffer.concat([local, Buffer.from(name), Buffer.alloc(5), packed]);
    parts.push(part);
    at += part.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(at, 16);
  const file = join(folder, `${at}.zip`);
  writeFileSync(file, Buffer.concat([...parts, ...directory, end]));
  return file;
}

describe('readZipEntry', () => {
  const big = Buffer.from('redis '.repeat(5000));
  const file = zip([
    { name: 'META-INF/MANIFEST.MF', bytes: Buffer.from('Manifest'), deflate: false },
    { name: 'redis-server-6.2-linux-amd64', bytes: big, deflate: true },
  ]);

  it('reads stored and deflated entries', () => {
    expect(readZipEntry(file, (name) => name.endsWith('MANIFEST.MF'))?.toString()).toBe('Manifest');
    expect(readZipEntry(file, (name) => name.endsWith('-linux-amd64'))?.equals(big)).toBe(true);
  });

  it('has nothing for a name that is not there', () => {
    expect(readZipEntry(file, (name) => name === 'other')).toBeUndefined();
  });

  it('says when it is no zip', () => {
    const other = join(folder, 'no.zip');
    writeFileSync(other, 'plain words, long enough to hold a directory end');
    expect(() => readZipEntry(other, () => true)).toThrow('is not a zip file');
  });
});
