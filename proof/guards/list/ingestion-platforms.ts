import type { Guard } from '../guard.js';

const folder = 'apps/ingestion/src/domain/adapters';
const woo = { file: `${folder}/woocommerce.ts`, spec: `${folder}/woocommerce.spec.ts` };
const adobe = { file: `${folder}/adobe-commerce.ts`, spec: `${folder}/adobe-commerce.spec.ts` };
const scayle = { file: `${folder}/scayle.ts`, spec: `${folder}/scayle.spec.ts` };
const shopline = { file: `${folder}/shopline.ts`, spec: `${folder}/shopline.spec.ts` };
const bigcommerce = { file: `${folder}/bigcommerce.ts`, spec: `${folder}/bigcommerce.spec.ts` };
const answers = `${folder}/medusa-answers.ts`;
const medusaSpec = `${folder}/medusa.spec.ts`;
const mapped = `${folder}/json-mapping.spec.ts`;

/** What the adapters of single platforms must not get wrong. */
export const ingestionPlatformGuards: readonly Guard[] = [
  {
    id: 'ingestion/json-own-properties',
    promise: 'What every object inherits would be read as if the shop had said it.',
    file: `${folder}/json-places.ts`,
    from: ' || !Object.hasOwn(value, step)',
    to: '',
    test: { suite: 'unit', file: mapped, name: 'json: proto-path' },
  },
  {
    id: 'ingestion/json-float-only-where-declared',
    promise: 'A price that lost its last digit on the way would be told as if it were exact.',
    file: `${folder}/json-mapping.ts`,
    from: "if (typeof value !== 'string' || value.length > 40)",
    to: "if (typeof value === 'number') return this.take(roundFloat(value, code, at));\n        if (typeof value !== 'string' || value.length > 40)",
    test: { suite: 'unit', file: mapped, name: 'json: float-not-declared' },
  },
  {
    id: 'ingestion/json-short-refusals',
    promise: 'A record with a megabyte of digits would put a megabyte into every header and log line about it.',
    file: `${folder}/json-mapping.ts`,
    from: "if (typeof value !== 'string' || value.length > 40)",
    to: "if (typeof value !== 'string')",
    test: { suite: 'unit', file: mapped, name: 'refused by a short sentence' },
  },
  {
    id: 'ingestion/json-number-names-exactly',
    promise: 'A SKU of 19 digits, rounded, would tell the shoppers of another article.',
    file: `${folder}/json-mapping.ts`,
    from: "if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);",
    to: "if (typeof value === 'number') return String(value);",
    test: { suite: 'unit', file: mapped, name: 'json: numeric-sku-too-long' },
  },
  {
    id: 'ingestion/json-clock-ahead',
    promise: 'One record of a broken clock would outrank every later change of its SKU.',
    file: `${folder}/json-mapping.ts`,
    from: 'if (early) throw new FieldFault(early);',
    to: 'if (early && ms < 0) throw new FieldFault(early);',
    test: { suite: 'unit', file: mapped, name: 'json: time-ahead' },
  },
  {
    id: 'ingestion/json-items-end',
    promise: 'One record with a million lines would hold up every other record of its source.',
    file: `${folder}/json-mapping.ts`,
    from: 'if (found.length > MOST_ITEMS) return fault',
    to: 'if (found.length > 2 * MOST_ITEMS) return fault',
    test: { suite: 'unit', file: mapped, name: 'a list without end' },
  },
  {
    id: 'ingestion/float-by-its-decimals',
    promise: 'A price would be a cent off, and an alert for "under 80" would come for exactly 80.',
    file: `${folder}/loose-values.ts`,
    from: 'const rounded = Number((billionths + minor / 2n) / minor);',
    to: 'const rounded = Number(billionths / minor);',
    test: { suite: 'unit', file: mapped, name: 'json: float-price-half' },
  },
  {
    id: 'ingestion/woocommerce-status-first',
    promise: 'Shoppers would be told of the last two pieces, which the shop keeps back and does not sell.',
    file: woo.file,
    from: "if (stock_status && stock_status !== 'instock') return 0;",
    to: '',
    test: { suite: 'unit', file: woo.spec, name: 'woocommerce: kept-back' },
  },
  {
    id: 'ingestion/woocommerce-disabled-variation',
    promise: 'Shoppers would be sent to a size that the shop has disabled.',
    file: woo.file,
    from: 'isVariation && !enabled ? 0 : unitsOf(product)',
    to: 'unitsOf(product)',
    test: { suite: 'unit', file: woo.spec, name: 'woocommerce: variation-disabled' },
  },
  {
    id: 'ingestion/woocommerce-parent-publishes',
    promise: 'A change of one size would count as publishing it, although its product is hidden.',
    file: woo.file,
    from: 'published: isVariation ? undefined : enabled,',
    to: 'published: enabled,',
    test: { suite: 'unit', file: woo.spec, name: 'a variation says nothing of being shown' },
  },
  {
    id: 'ingestion/adobe-store-views-apart',
    promise: 'A price that holds in one store view would be told to the shoppers of all.',
    file: adobe.file,
    from: 'if (Number(product.store_id) !== 0) return nothing;',
    to: '',
    test: { suite: 'unit', file: adobe.spec, name: 'adobe-commerce: store-view' },
  },
  {
    id: 'ingestion/adobe-source-switched-off',
    promise: 'Shoppers would be told of units at a source that sells nothing.',
    file: adobe.file,
    from: '(shelf.status ? sellable(shelf.quantity) : 0)',
    to: 'sellable(shelf.quantity)',
    test: { suite: 'unit', file: adobe.spec, name: 'adobe-commerce: source-item-off' },
  },
  {
    id: 'ingestion/adobe-special-price-in-its-days',
    promise: 'A special price would be told before it begins, or after it is over.',
    file: adobe.file,
    from: 'if (!begun || over || price === undefined || isFault(price)) return price;',
    to: 'if ((begun && over && price === undefined) || price === undefined || isFault(price)) return price;',
    test: { suite: 'unit', file: adobe.spec, name: 'adobe-commerce: special-price' },
  },
  {
    id: 'ingestion/scayle-countries-agree',
    promise: 'Shoppers of one country would be told the price of another.',
    file: scayle.file,
    from: 'others.some((p) => p.price !== first.price)',
    to: 'others.some((p) => p.price < 0)',
    test: { suite: 'unit', file: scayle.spec, name: 'scayle: prices-differ' },
  },
  {
    id: 'ingestion/scayle-price-for-everybody',
    promise: 'Shoppers would be told the price of a customer group that they do not belong to.',
    file: scayle.file,
    from: '!p.groupKey &&',
    to: '',
    test: { suite: 'unit', file: scayle.spec, name: 'scayle: prices' },
  },
  {
    id: 'ingestion/shopline-place-of-its-own',
    promise: 'The last warehouse that told would stand for all of them.',
    file: shopline.file,
    from: 'location: place.location_id, units',
    to: 'units',
    test: { suite: 'unit', file: shopline.spec, name: 'shopline: level' },
  },
  {
    id: 'ingestion/bigcommerce-relative-is-a-hint',
    promise: 'A change of the stock would be taken for the stock: shoppers would be told of units that are not there.',
    file: bigcommerce.file,
    from: "if (method === 'relative') return { ok: true, updates: [], wanted: [ask] };",
    to: "if (method === 'relative' && value === 0) return { ok: true, updates: [], wanted: [ask] };",
    test: { suite: 'unit', file: bigcommerce.spec, name: 'bigcommerce: relative' },
  },
  {
    id: 'ingestion/bigcommerce-hash-is-no-event',
    promise: 'Stock that goes up and down between two numbers would stop being read at the second time.',
    file: bigcommerce.file,
    from: 'hash ? `${hash}@${created_at}` : undefined',
    to: 'hash ?? undefined',
    test: { suite: 'unit', file: bigcommerce.spec, name: 'bigcommerce: absolute-again' },
  },
  {
    id: 'ingestion/medusa-reserved-is-not-for-sale',
    promise: 'Shoppers would be told of units that others have already ordered.',
    file: answers,
    from: 'level.stocked_quantity - level.reserved_quantity',
    to: 'level.stocked_quantity',
    test: { suite: 'unit', file: medusaSpec, name: 'medusa-answers: level-reserved' },
  },
  {
    id: 'ingestion/medusa-price-of-one-piece',
    promise: 'Shoppers would be told a price that holds from ten pieces on, or for others.',
    file: answers,
    from: '&& !price.price_list_id && (price.min_quantity ?? 1) <= 1',
    to: '',
    test: { suite: 'unit', file: medusaSpec, name: 'medusa-answers: price-' },
  },
  {
    id: 'ingestion/medusa-id-stays-an-id',
    promise: 'A forged event would lead our request, with the shop’s token, to another address of its platform.',
    file: `${folder}/medusa.ts`,
    from: "z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'not an id",
    to: "z.string().regex(/^[^]{1,100}$/, 'not an id",
    test: { suite: 'unit', file: medusaSpec, name: 'medusa: id-with-a-path' },
  },
];
