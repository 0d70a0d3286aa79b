/** The data dictionary: every field of every topic, in the words of the schemas. */
import { jsonSchema } from './schemas.mjs';

/** The dictionary as Markdown. */
export function dataDictionary(contracts) {
  const { allTopics, topicConfig, REASONS, VERDICTS, DELIVERY_STATES, flows } = contracts;
  const shaped = allTopics.filter((t) => t.example !== null);
  const parts = [
    '# Data dictionary',
    generatedNote,
    [
      'Every record is one flat JSON object with CloudEvents attributes in its headers (`ce_id` names the event: equal ids',
      'are equal events, so keep one of them). Topic names carry the configured prefix, by default `beckon.`. Times are',
      'integer milliseconds since 1970-01-01 UTC, money is an integer in the currency’s minor unit. Fields are only ever',
      'added. Page-scoped ids and tokens are nowhere but in `messenger.events` (7 days) and, sealed, in `shoppers` and',
      '`messages.requested`.',
    ].join('\n'),
    '## Topics',
    table(
      ['topic', 'key', 'kept', 'written by', 'read by'],
      allTopics.map((t) => [
        code(t.name),
        t.key,
        kept(topicConfig(t)),
        t.owner,
        Object.entries(flows)
          .filter(([, flow]) => flow.receives.some((r) => r.name === t.name))
          .map(([program]) => program)
          .join(', '),
      ]),
    ),
    ...shaped.flatMap((t) => [
      `## ${t.name}`,
      topicText(t),
      table(['field', 'type', 'null?', 'meaning'], rows(t, contracts)),
    ]),
    '## Verdicts of decisions',
    table(
      ['verdict', 'meaning'],
      Object.entries(VERDICTS).map(([k, v]) => [code(k), v]),
    ),
    '## States of deliveries',
    table(
      ['state', 'meaning'],
      Object.entries(DELIVERY_STATES).map(([k, v]) => [code(k), v]),
    ),
    '## Reasons',
    table(
      ['reason', 'in words'],
      Object.entries(REASONS).map(([k, v]) => [code(k), v]),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

const generatedNote = '<!-- Generated from libs/contracts by `npm run docs`; do not edit. -->';

const topicText = (t) =>
  [
    t.purpose,
    `Key: ${t.key}. CloudEvents type: ${code(t.type)}.`,
    t.tombstones ? 'A record without value (a tombstone) ends its key.' : '',
  ]
    .filter(Boolean)
    .join(' ');

function rows(topic, { REASONS, FIELDS }) {
  const fields = new Map();
  walk(jsonSchema(topic.schema), '', '', fields, Object.keys(REASONS));
  return [...fields].map(([path, f]) => [
    code(path) + (f.optional ? ' (optional)' : ''),
    [...f.types].join(' or '),
    f.nullable ? 'yes' : '',
    // The general words about a time only repeat its type.
    [...f.meanings].filter((text) => text !== GENERAL_TIME).join('; ') || FIELDS[path.split('.').at(-1)] || '',
  ]);
}

const GENERAL_TIME = 'milliseconds since 1970-01-01 UTC';

/**
 * Collects the fields of a schema by path: nested objects as `parent.field`, list items as `parent[].field`. Where a
 * value has several shapes, a field that only some have says for which.
 */
function walk(schema, prefix, only, fields, reasonCodes) {
  const required = new Set(schema.required ?? []);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const path = prefix + name;
    const { options, nullable } = withoutNull(property);
    const field = fields.get(path) ?? { types: new Set(), meanings: new Set(), nullable: false, optional: false };
    fields.set(path, field);
    field.nullable ||= nullable;
    field.optional ||= !required.has(name);
    for (const option of options) field.types.add(typeName(option, reasonCodes));
    for (const text of [meaning(property, options), property.const === undefined ? only : ''])
      if (text !== '') field.meanings.add(text);
    for (const option of options) {
      walk(option, `${path}.`, options.length > 1 ? onlyFor(option) : '', fields, reasonCodes);
      if (option.items) walk(option.items, `${path}[].`, '', fields, reasonCodes);
    }
  }
}

/** "only where type is `price_at_most`", for an alternative that a constant field tells apart. */
function onlyFor(option) {
  const tag = Object.entries(option.properties ?? {}).find(([, p]) => p.const !== undefined);
  return tag ? `only where ${tag[0]} is ${code(tag[1].const)}` : '';
}

/** The alternatives of a property other than null, and whether null is one. */
function withoutNull(property) {
  const alternatives = property.anyOf ?? property.oneOf ?? [property];
  const flat = alternatives.flatMap((a) => (Array.isArray(a.type) ? a.type.map((type) => ({ ...a, type })) : [a]));
  return { options: flat.filter((a) => a.type !== 'null'), nullable: flat.some((a) => a.type === 'null') };
}

function typeName(option, reasonCodes) {
  if (option.const !== undefined) return code(option.const);
  if (option.enum)
    return option.enum.join() === reasonCodes.join() ? '[reason](#reasons)' : option.enum.map(code).join(', ');
  if (option.type === 'array') return `list of ${option.items?.type ?? 'values'}`;
  return (option.type ?? 'any') + (option['x-unit'] ? ` (${option['x-unit']})` : '');
}

function meaning(property, options) {
  const text = property.description ?? options.find((o) => o.description)?.description ?? '';
  const bounds = options
    .filter((o) => o.minimum !== undefined && o.minimum !== 0)
    .map((o) => `at least ${o.minimum}`)
    .join('; ');
  const byDefault = property.default === undefined ? '' : `default ${code(JSON.stringify(property.default))}`;
  return [text, bounds, byDefault].filter(Boolean).join('; ');
}

const kept = (config) =>
  config['cleanup.policy'] === 'compact' ? 'last per key' : `${Number(config['retention.ms']) / 86_400_000} days`;

export const code = (text) => `\`${text}\``;

/** A Markdown table; bars inside cells are escaped. */
export function table(head, body) {
  const line = (cells) => `| ${cells.map((c) => String(c).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
