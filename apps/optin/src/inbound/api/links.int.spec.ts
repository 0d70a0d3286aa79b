import { beforeAll, describe, expect, it } from '@jest/globals';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { request } from 'undici';
import { ADMIN_TOKEN, startOptin } from '../../../tests/bed.js';
import type { TestBed } from '../../../tests/bed.js';
import type { Link } from './schemas.js';

let bed: TestBed;
beforeAll(async () => {
  bed = await startOptin({ API_OPEN_RATE_PER_MINUTE: '25' });
});

const make = (body: object): Promise<Response> =>
  fetch(`${bed.url}/v1/shops/aurora/links`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
  });
const coat = { sku: 'red-coat-m', kind: 'back_in_stock' };
const linkTo = async (body: object): Promise<Link> => {
  const made = await make(body);
  expect(made.status).toBe(201);
  return (await made.json()) as Link;
};

describe('a link', () => {
  it('names the Page and carries a ref that is within the platform’s rules', async () => {
    const link = await linkTo(coat);
    expect(link.url).toBe(`https://m.me/1001?ref=${link.ref}`);
    expect(link.ref).toMatch(/^[A-Za-z0-9\-_=]{1,2083}$/);
  });

  it.each<[string, object, number]>([
    ['an unknown SKU', { sku: 'blue-coat', kind: 'price_drop' }, 404],
    ['another shop’s Page', { ...coat, page: '7' }, 404],
    ['nothing to tell about', { kind: 'price_drop' }, 400],
    ['a kind that there is not', { sku: 'red-coat-m', kind: 'rain' }, 400],
    ['a sale without its topic', { sku: 'red-coat-m', kind: 'early_sale' }, 400],
    ['a topic of a price', { sku: 'red-coat-m', kind: 'price_drop', topic: 'autumn' }, 400],
    ['a topic and a product', { sku: 'red-coat-m', kind: 'early_sale', topic: 'autumn' }, 400],
    ['a topic that the shop does not have', { kind: 'early_sale', topic: 'nothing' }, 404],
    ['a topic of another kind', { kind: 'early_sale', topic: 'autumn' }, 404],
    ['a threshold of what has no price', { sku: 'red-coat-m', kind: 'low_stock', threshold: { type: 'any' } }, 400],
    [
      'more per cent than there are',
      { sku: 'red-coat-m', kind: 'price_drop', threshold: { type: 'percent', percent: 100 } },
      400,
    ],
    ['an unknown field', { ...coat, colour: 1 }, 400],
    ['a name no ref can hold', { product: 'ü'.repeat(300), sku: 'ü'.repeat(300), kind: 'price_drop' }, 400],
  ])('%s: refused', async (_, body, status) => expect((await make(body)).status).toBe(status));

  it('can be made for a product, a topic, a price, a customer, and for a SKU that is not in the catalogue yet', async () => {
    await linkTo({ product: 'red-coat', kind: 'price_drop' });
    await linkTo({ product: 'red-coat', kind: 'low_stock' });
    await linkTo({ kind: 'new_collection', topic: 'autumn', external_id: 'customer 7' });
    const threshold = { type: 'at_most', amount: 8000, currency: 'EUR' };
    await linkTo({ product: 'red-coat', kind: 'price_drop', threshold });
    await linkTo({ product: 'new', sku: 'new-1', kind: 'back_in_stock', locale: 'de_DE' });
  });

  it('comes with a button to paste, in the page’s language or in the shop’s own words', async () => {
    const german = await linkTo({ ...coat, locale: 'de_DE' });
    expect(german.html).toMatch(/^<a [^>]*href="https:\/\/m\.me\/1001\?ref=[\w-]+"[^>]*>Benachrichtigen<\/a>$/);
    expect((await linkTo(coat)).html).toContain('>Notify me</a>');
    expect((await linkTo({ ...coat, label: 'Tell <me>' })).html).toContain('>Tell &lt;me&gt;</a>');
  });
});

describe('its QR code', () => {
  it('needs no key, may be kept for good, and reads as the link', async () => {
    const link = await linkTo(coat);
    const png = await fetch(`${bed.url}${link.qr_png}`);
    expect([png.status, png.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(png.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const { width, height, data } = PNG.sync.read(Buffer.from(await png.arrayBuffer()));
    expect([width >= 600, width < 700, height]).toEqual([true, true, width]);
    expect(jsQR.default(new Uint8ClampedArray(data), width, height)?.data).toBe(link.url);

    const svg = await fetch(`${bed.url}${link.qr_svg}`);
    expect([svg.status, svg.headers.get('content-type')]).toEqual([200, 'image/svg+xml; charset=utf-8']);
    expect(await svg.text()).toMatch(/^<svg /);
    const etag = svg.headers.get('etag') ?? '';
    // fetch() asks for a fresh answer when it is told an etag.
    const again = await request(`${bed.url}${link.qr_svg}`, { headers: { 'if-none-match': etag } });
    expect([again.statusCode, await again.body.text()]).toEqual([304, '']);
  });

  it('has the size that is asked for', async () => {
    const { qr_png } = await linkTo(coat);
    const png = await fetch(`${bed.url}${qr_png}&size=250`);
    const { width } = PNG.sync.read(Buffer.from(await png.arrayBuffer()));
    expect([width >= 250, width < 350]).toEqual([true, true]);
    const huge = await fetch(`${bed.url}${qr_png}&size=100000`);
    expect(huge.status).toBe(400);
    expect(await huge.json()).toMatchObject({ code: 'invalid_request', errors: [{ parameter: 'size' }] });
  });

  it('is drawn only of what we signed for this shop, for its own Pages', async () => {
    const { ref } = await linkTo(coat);
    const get = async (path: string): Promise<unknown[]> => {
      const answer = await fetch(`${bed.url}/v1/shops/${path}`);
      const text = await answer.text();
      const code = text.startsWith('{') ? (JSON.parse(text) as { code: string }).code : text.slice(0, 4);
      return [answer.status, code, answer.headers.get('cache-control')];
    };
    const forged = `${ref.slice(0, -1)}${ref.endsWith('A') ? 'B' : 'A'}`;
    expect(await get(`aurora/links/${forged}/qr.svg?page=1001`)).toEqual([404, 'unknown_link', 'no-store']);
    expect(await get(`aurora/links/${ref}/qr.svg?page=999`)).toEqual([404, 'unknown_page', 'no-store']);
    expect(await get(`aurora/links/${ref}/qr.png`)).toEqual([400, 'invalid_request', 'no-store']);
    expect(await get(`nobody/links/${ref}/qr.png?page=1001`)).toEqual([404, 'unknown_shop', 'no-store']);
  });

  it('is drawn so often a minute and no more: the webhook edge lives in the same process', async () => {
    const { qr_svg } = await linkTo(coat);
    const all = await Promise.all(Array.from({ length: 30 }, () => fetch(`${bed.url}${qr_svg}`)));
    const refused = all.filter((a) => a.status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await make(coat)).status).toBe(201);
  });
});
