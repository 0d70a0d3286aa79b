import type { Kind } from '@beckon/contracts';

/** Which kind goes first when several wait on one Page: what is gone soonest. Lower goes first. */
export const priorityOf = (kind: Kind): number =>
  ({ back_in_stock: 0, price_drop: 1, early_sale: 2, low_stock: 3, new_collection: 4 })[kind];
