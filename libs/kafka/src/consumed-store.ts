import type { DataSource, QueryRunner } from 'typeorm';

/** How far a partition is handled: the offset of the next record, and what the last one looked like. */
export interface Cursor {
  readonly nextOffset: bigint;
  readonly lastTimestamp: number | null;
  readonly lastChecksum: number | null;
}

/** Names one partition of one cluster. */
export interface PartitionId {
  readonly source: string;
  readonly topic: string;
  readonly partition: number;
}

/** Thrown when another consumer moved the cursor: this one no longer owns the partition and must change nothing. */
export class Fenced extends Error {
  constructor(id: PartitionId, held: bigint) {
    super(`${id.topic}[${id.partition}] was moved past offset ${held} by another consumer`);
    this.name = 'Fenced';
  }
}

/** The `consumed` table of a service's schema. */
export class ConsumedStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Cursors of some partitions of a topic, by partition; those never handled are absent. */
  async load(source: string, topic: string, partitions: readonly number[]): Promise<Map<number, Cursor>> {
    const rows: {
      partition: number;
      next_offset: string;
      last_timestamp: number | null;
      last_checksum: number | null;
    }[] = await this.dataSource.query(
      `SELECT partition, next_offset::text, last_timestamp::float8 AS last_timestamp, last_checksum::float8 AS last_checksum
         FROM consumed WHERE source = $1 AND topic = $2 AND partition = ANY ($3)`,
      [source, topic, [...partitions]],
    );
    return new Map(
      rows.map((r) => [
        r.partition,
        { nextOffset: BigInt(r.next_offset), lastTimestamp: r.last_timestamp, lastChecksum: r.last_checksum },
      ]),
    );
  }

  /** Makes the first row of a partition; a row that is already there stays. */
  async begin(id: PartitionId, offset: bigint): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO consumed (source, topic, partition, next_offset, updated_at)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [id.source, id.topic, id.partition, offset.toString(), Date.now()],
    );
  }

  /**
   * Compare-and-set inside the chunk's transaction: from the offset this consumer holds to the chunk's end. It comes
   * first, so that a zombie waits for the row, finds it moved, and has done nothing. Throws `Fenced`.
   */
  async advance(runner: QueryRunner, id: PartitionId, held: bigint, next: Cursor): Promise<void> {
    const result = await runner.query(
      `UPDATE consumed SET next_offset = $5, last_timestamp = $6, last_checksum = $7, updated_at = $8
       WHERE source = $1 AND topic = $2 AND partition = $3 AND next_offset = $4`,
      [
        id.source,
        id.topic,
        id.partition,
        held.toString(),
        next.nextOffset.toString(),
        next.lastTimestamp,
        next.lastChecksum,
        Date.now(),
      ],
      true,
    );
    if (result.affected !== 1) throw new Fenced(id, held);
  }
}
