/**
 * The shops' platforms: write what happens to their SKUs on their own topics, in order of each SKU, and keep trying until
 * Kafka has it. Every event has a version, so one that was written twice counts once.
 */
import { binaryHeaders } from '@beckon/contracts';
import type { Producer } from 'kafkajs';
import type { InputLine } from '../checker/fold-lines.js';
import { rest } from '../world/patience.js';
import type { LineFile } from '../world/run-folder.js';
import { sourceTopic } from '../world/shops.js';
import { BASE_PRICE, type PlannedSku } from './plan.js';

interface State {
  readonly open: boolean;
  readonly units: number;
  /** Minor units. */
  readonly price: number;
}

export class Platform {
  private readonly versions = new Map<string, number>();
  private readonly lines = new Map<string, Promise<void>>();

  constructor(
    private readonly producer: Producer,
    private readonly inputs: LineFile<InputLine>,
    private readonly signal: AbortSignal,
  ) {}

  /** How each SKU is before anything happens: nobody is told of that. */
  async baseline(skus: readonly PlannedSku[]): Promise<void> {
    await Promise.all(
      skus.map((sku) =>
        this.tell(sku, { open: false, units: sku.kind === 'price_drop' ? 5 : 0, price: BASE_PRICE }, true),
      ),
    );
  }

  /** Tells a change; settles when Kafka has it. Changes of one SKU are told one after the other. */
  tell(sku: PlannedSku, state: State, snapshot = false): Promise<void> {
    const before = this.lines.get(sku.sku) ?? Promise.resolve();
    const line = before.then(() => this.write(sku, state, snapshot));
    this.lines.set(sku.sku, line);
    return line;
  }

  private async write({ shop, sku, kind }: PlannedSku, state: State, snapshot: boolean): Promise<void> {
    const version = (this.versions.get(sku) ?? 0) + 1;
    this.versions.set(sku, version);
    const id = `${sku}:${version}`;
    const sent_at = Date.now();
    const { open, units, price } = state;
    this.inputs.append({ type: 'offer', id, shop, sku, kind, open, price, snapshot, sent_at });
    const data = {
      sku,
      product: `${sku}-product`,
      title: sku,
      units,
      price: { amount: price, currency: 'EUR' },
      version,
    };
    const type = `com.beckon.offer.${snapshot ? 'snapshot' : 'changed'}`;
    const headers = binaryHeaders({ id, source: '/proof/platform', type, time: sent_at });
    while (!this.signal.aborted) {
      try {
        await this.producer.send({
          topic: sourceTopic(shop),
          acks: -1,
          timeout: 5_000,
          messages: [{ key: sku, value: JSON.stringify(data), headers }],
        });
        this.inputs.append({ type: 'ack', id, at: Date.now() });
        return;
      } catch {
        await rest(200, this.signal);
      }
    }
  }
}
