import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SnapshotData } from '../world/sandbox-state.js';
import type { WebhookJob } from './webhook-job.js';

/** What a snapshot file holds: the state and the webhooks that nobody had taken yet. */
export interface Snapshot {
  version: 1;
  state: SnapshotData;
  webhooks: WebhookJob[];
}

/**
 * The snapshot in a file, or undefined if there is no such file.
 * @throws if the file is there but is not a snapshot: better to stop than to begin with half a memory.
 */
export function loadSnapshot(path: string): Snapshot | undefined {
  if (!existsSync(path)) return undefined;
  const snapshot = JSON.parse(readFileSync(path, 'utf8')) as Snapshot;
  if (snapshot.version !== 1) throw new Error(`${path} is not a snapshot of this sandbox`);
  return snapshot;
}

/** Writes a snapshot whole or not at all. It holds tokens and secrets: readable by the owner only. */
export function saveSnapshot(path: string, snapshot: Snapshot): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(snapshot), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
