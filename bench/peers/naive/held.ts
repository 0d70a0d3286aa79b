import { Injectable, Inject, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AlertsService, type OfferRow, type SubscriptionRow } from './alerts.service.js';
import { SETTINGS, type NaiveSettings } from './settings.js';

const EVERY_MS = 500;

interface HeldRow {
  readonly subscription: string;
  readonly event_id: string;
  readonly event_at: number;
}

/** Tries alerts again that had no room in their limits, when there is room. */
@Injectable()
export class Held implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = new Logger('held');
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly db: DataSource,
    private readonly alerts: AlertsService,
    @Inject(SETTINGS) private readonly settings: NaiveSettings,
  ) {}

  onApplicationBootstrap(): void {
    const again = async (): Promise<void> => {
      await this.tryDue().catch((error: unknown) => this.log.warn(`held alerts: ${String(error)}`));
      if (!this.stopped) this.timer = setTimeout(() => void again(), EVERY_MS);
    };
    void again();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Takes what is due off the other replica's hands for half a minute, and tries it. */
  private async tryDue(): Promise<void> {
    const { schema } = this.settings;
    const [due] = await this.db.query<[HeldRow[], number]>(
      `UPDATE ${schema}.held SET due_at = now() + interval '30 s' WHERE subscription IN (
         SELECT subscription FROM ${schema}.held WHERE due_at <= now() ORDER BY due_at LIMIT 100 FOR UPDATE SKIP LOCKED)
       RETURNING subscription, event_id, event_at`,
    );
    await Promise.all(due.map((row) => this.tryAgain(row)));
  }

  private async tryAgain({ subscription, event_id, event_at }: HeldRow): Promise<void> {
    const { schema } = this.settings;
    const [sub] = await this.db.query<(SubscriptionRow | undefined)[]>(
      `SELECT s.* FROM ${schema}.subscriptions s JOIN ${schema}.offers o USING (sku) WHERE s.id = $1 AND s.active
         AND CASE s.kind WHEN 'back_in_stock' THEN o.units > 0 ELSE coalesce(o.price <= s.price_at_most, true) END`,
      [subscription],
    );
    if (sub) {
      const [offer] = await this.db.query<[OfferRow]>(`SELECT * FROM ${schema}.offers WHERE sku = $1`, [sub.sku]);
      if ((await this.alerts.alert(sub, offer, event_id, Number(event_at))) === 'held') return;
    }
    // Not true any more, not wanted any more, or sent: the next event begins anew.
    await this.db.query(`DELETE FROM ${schema}.held WHERE subscription = $1`, [subscription]);
  }
}
