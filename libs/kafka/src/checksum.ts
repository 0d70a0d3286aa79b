import { crc32 } from 'node:zlib';
import type { RawRecord } from './chunk.js';

/** CRC-32 over key and value: enough to notice that another record now has this offset. */
export function checksum(record: RawRecord): number {
  const bytes = Buffer.concat([record.key ?? Buffer.alloc(0), Buffer.from([0]), record.value ?? Buffer.alloc(0)]);
  return crc32(bytes);
}
