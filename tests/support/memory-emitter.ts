/** Real transactions on Postgres whose emits stay in memory: for stores and loops, without a broker. */
import type { EmittingTransaction } from '@beckon/kafka';
import type { DataSource } from 'typeorm';

/** One emitted value. */
export interface Emitted {
  readonly topic: string;
  readonly key: string;
  readonly value: unknown;
}

/** Looks like `Emitter`; `emitted` grows with every commit and with nothing else. */
export class MemoryEmitter {
  readonly emitted: Emitted[] = [];

  constructor(private readonly dataSource: DataSource) {}

  /** `beforeCommit` runs last inside the transaction; what it throws rolls back, as a crash would. */
  async transaction<T>(
    work: (tx: EmittingTransaction) => Promise<T>,
    beforeCommit: () => unknown = () => undefined,
  ): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const gathered: Emitted[] = [];
    const callbacks: (() => void)[] = [];
    const tx: EmittingTransaction = {
      manager: runner.manager,
      async query<R>(sql: string, parameters: readonly unknown[] = []) {
        const result = await runner.query(sql, [...parameters], true);
        return result.records as R[];
      },
      emit: (topic, key, value) => void gathered.push({ topic: topic.name, key, value }),
      afterCommit: (callback) => void callbacks.push(callback),
    };
    try {
      await runner.startTransaction();
      const result = await work(tx);
      await beforeCommit();
      await runner.commitTransaction();
      this.emitted.push(...gathered);
      for (const callback of callbacks) callback();
      return result;
    } catch (error) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
    }
  }

  /** Values emitted to one topic, in order. */
  values<V>(topic: { readonly name: string }): V[] {
    return this.emitted.filter((e) => e.topic === topic.name).map((e) => e.value as V);
  }
}
