import { randomUUID } from 'node:crypto';
import { binaryHeaders, Offer, offers } from '@beckon/contracts';
import { InvalidArgumentError, type Command } from 'commander';
import type { Cluster } from '../cluster.js';
import { OFFER_CHANGED, offerEvent } from '../domain/offer-event.js';
import { parseJson } from '../domain/record-view.js';
import { Fault, UsageFault } from '../faults.js';
import type { Terminal } from '../terminal.js';
import { withCluster } from './context.js';
import { readShops } from './shop-records.js';

export function emitCommand(program: Command, terminal: Terminal): void {
  const group = program.command('emit').description('play the commerce platform');
  group
    .command('offer')
    .requiredOption('--shop <shop>', 'whose event')
    .requiredOption('--sku <sku>', 'which variant')
    .option('--product <product>', 'its product; needed the first time a SKU is seen')
    .option('--units <n>', 'how many there are now', units)
    .option('--price <amount>', 'what it costs now, such as 79.90')
    .option('--currency <code>', 'ISO 4217; the shop’s if not given')
    .option('--title <text>', 'the product’s name')
    .option('--json', 'the event, as one JSON object')
    .description(
      'write a change of stock or price to the shop’s first source of format cloudevents, as its platform would',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ beckon emit offer --shop aurora --sku red-coat-m --units 3\n  $ beckon emit offer --shop aurora --sku red-coat-m --price 79.90',
    )
    .action((options: EmitOptions) => withCluster(terminal, ({ cluster }) => emitOffer(terminal, cluster, options)));
}

interface EmitOptions {
  readonly shop: string;
  readonly sku: string;
  readonly product?: string;
  readonly units?: number;
  readonly price?: string;
  readonly currency?: string;
  readonly title?: string;
  readonly json?: boolean;
}

async function emitOffer(terminal: Terminal, cluster: Cluster, o: EmitOptions): Promise<void> {
  if (o.units === undefined && o.price === undefined)
    throw new UsageFault('Say what changes: --units, --price or both.');
  const all = await readShops(cluster, terminal.signal);
  const shop = all.get(o.shop);
  if (!shop)
    throw new Fault(
      `There is no shop ${o.shop}.`,
      all.size > 0 ? `There are: ${[...all.keys()].join(', ')}` : 'beckon shops apply FILE',
    );
  const topic = shop.settings.sources.find((s) => s.format === 'cloudevents' && !s.cluster && s.topic)?.topic;
  if (topic === undefined)
    throw new Fault(
      `No source of ${o.shop} can be played.`,
      'It needs one of format cloudevents, with a topic on our own cluster.',
    );
  if (!(await cluster.topics()).includes(topic))
    throw new Fault(
      `The shop’s topic ${topic} does not exist.`,
      'Its platform makes it; to play: beckon topics apply --sources',
    );
  const product = o.product ?? (await knownProduct(cluster, o.shop, o.sku, terminal.signal));
  if (product === undefined)
    throw new Fault(`SKU ${o.sku} was never seen in shop ${o.shop}.`, 'Say which product it is of: --product ID');
  const event = offerEvent({ ...o, product, currency: o.currency ?? shop.settings.currency });
  if (!event.ok) throw new UsageFault(event.fault);
  const headers = binaryHeaders({ id: randomUUID(), source: '/beckon/cli', type: OFFER_CHANGED, time: terminal.now() });
  await cluster.send([{ topic, key: o.sku, value: JSON.stringify(event.data), headers }]);
  if (o.json) terminal.out(JSON.stringify({ topic, key: o.sku, headers, data: event.data }));
  terminal.err(`written to ${topic}: ${JSON.stringify(event.data)}`);
}

async function knownProduct(
  cluster: Cluster,
  shop: string,
  sku: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const record = (await cluster.latest(cluster.name(offers), signal)).get(`${shop}:${sku}`);
  const offer = record?.value ? Offer.safeParse(parseJson(record.value)) : undefined;
  return offer?.success ? offer.data.product : undefined;
}

function units(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0) throw new InvalidArgumentError('give a whole number from 0.');
  return n;
}
