import type { DataSource, QueryRunner } from 'typeorm';

/** How far a partition is handled: the offset of the next record, and what the last one looked like. */
export interface Cursor {
  readonly nextOffset: bigint;
  readonly lastTimestamp: number | null;
  readonly lastChecksum: number | null;
}

/** Names one topic of one cluster. */
export interface TopicId {
  readonly source: string;
  readonly topic: string;
}

/** Names one partition of it. */
export interface PartitionId extends TopicId {
  readonly partition: number;
}

/** The step of one partition: from the offset that its consumer holds to another. */
export interface Step {
  readonly partition: number;
  readonly held: bigint;
  readonly next: Cursor;
}

/** Thrown when another consumer moved the cursor: this one no longer owns the partition and must change nothing. */
export class Fenced extends Error {
  constructor(topic: string, steps: readonly Step[]) {
    const places = steps.map(({ partition, held }) => `${topic}[${partition}] at offset ${held}`);
    super(`moved on by another consumer: ${places.join(', ')}`);
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
   * Compare-and-set inside the chunk's transaction: from the offsets this consumer holds to the chunk's end. It comes
   * first, so that a zombie waits for the rows, finds one moved, and has done nothing. Rows are taken in order, so that
   * two never wait for each other in a circle. Throws `Fenced`.
   */
  async advance(runner: QueryRunner, { source, topic }: TopicId, steps: readonly Step[]): Promise<void> {
    const rows = steps.map(({ partition, held, next }) => ({
      ...{ partition, held: held.toString(), next_offset: next.nextOffset.toString() },
      ...{ last_timestamp: next.lastTimestamp, last_checksum: next.lastChecksum },
    }));
    const result = await runner.query(
      `WITH step AS (
         SELECT * FROM jsonb_to_recordset($3::jsonb)
           AS r(partition int, held bigint, next_offset bigint, last_timestamp bigint, last_checksum bigint)
       ), own AS (
         SELECT c.partition FROM consumed c JOIN step s ON s.partition = c.partition
          WHERE c.source = $1 AND c.topic = $2 ORDER BY c.partition FOR UPDATE OF c)
       UPDATE consumed c SET next_offset = s.next_offset, last_timestamp = s.last_timestamp,
              last_checksum = s.last_checksum, updated_at = $4
         FROM step s JOIN own o ON o.partition = s.partition
        WHERE c.source = $1 AND c.topic = $2 AND c.partition = s.partition AND c.next_offset = s.held`,
      [source, topic, JSON.stringify(rows), Date.now()],
      true,
    );
    if (result.affected !== steps.length) throw new Fenced(topic, steps);
  }
}
