import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Problem } from './problems.js';
import type { FieldFault } from './problems.js';

/** How a request names a shopper: by our id, or by the shop's own one (on one of its Pages, if that must be said). */
export type ShopperName =
  { readonly shopper_id: string } | { readonly external_id: string; readonly page?: string | undefined };

const EXTERNAL = 'external_id:';

/** The name in a path: `shp_…`, or `external_id:` and the shop's own id. */
export const nameInPath = (segment: string, page?: string): ShopperName =>
  segment.startsWith(EXTERNAL) ? { external_id: segment.slice(EXTERNAL.length), page } : { shopper_id: segment };

/** Finds out whom a request means. */
@Injectable()
export class ShopperNames {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * The shopper's id.
   * @param place where the request names the shopper
   * @throws Problem unknown_shopper, or ambiguous_shopper: one customer may be there on several Pages
   */
  async resolve(shop: string, name: ShopperName, place: Omit<FieldFault, 'detail'>): Promise<string> {
    const rows: { shopper_id: string }[] =
      'shopper_id' in name
        ? await this.dataSource.query(
            'SELECT shopper_id FROM shoppers WHERE shop = $1 AND shopper_id = $2 AND erased_at IS NULL',
            [shop, name.shopper_id],
          )
        : await this.dataSource.query(
            `SELECT shopper_id FROM shoppers
              WHERE shop = $1 AND external_id = $2 AND ($3::text IS NULL OR page = $3) LIMIT 2`,
            [shop, name.external_id, name.page ?? null],
          );
    const [first, second] = rows;
    if (!first) throw new Problem('unknown_shopper', undefined, { faults: [{ ...place, detail: 'names nobody' }] });
    if (second) throw new Problem('ambiguous_shopper', undefined, { faults: [{ ...place, detail: 'names several' }] });
    return first.shopper_id;
  }
}
