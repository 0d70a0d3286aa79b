/** One AsyncAPI 3 document of all topics, from the topic objects and the table of who sends and receives. */
import { Parser } from '@asyncapi/parser';
import { stringify } from 'yaml';
import { jsonSchema } from './schemas.mjs';

const PREFIX = 'beckon.';
const EXAMPLE_TIME = 1_790_000_000_000;

const ceHeaders = (topic) => ({
  type: 'object',
  description: 'CloudEvents 1.0 in binary mode (cloudevents/spec: kafka-protocol-binding).',
  properties: {
    'content-type': { type: 'string', const: 'application/json' },
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: { type: 'string', description: 'equal ids are equal events: de-duplicate by it' },
    ce_source: { type: 'string', description: 'the service that wrote it' },
    ce_type: { type: 'string', const: topic.type },
    ce_time: { type: 'string', format: 'date-time' },
    traceparent: { type: 'string', description: 'W3C trace context, where there is one' },
  },
  required: ['content-type', 'ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time'],
});

/** The document as YAML. */
export function asyncApiDocument({ allTopics, flows, topicConfig, binaryHeaders }) {
  const channels = {};
  const messages = {};
  const schemas = {};
  for (const topic of allTopics) {
    const shaped = topic.example !== null;
    channels[topic.name] = {
      address: PREFIX + topic.name,
      title: topic.name,
      description: `${topic.purpose} Key: ${topic.key}. Written by ${topic.owner}.`,
      messages: { record: { $ref: `#/components/messages/${topic.name}` } },
      bindings: { kafka: channelBinding(topic, topicConfig(topic)) },
    };
    messages[topic.name] = shaped
      ? shapedMessage(topic, binaryHeaders)
      : {
          name: topic.name,
          title: topic.name,
          summary: topic.purpose,
          contentType: 'application/octet-stream',
          bindings: { kafka: { key: { type: 'string', description: topic.key }, bindingVersion: '0.5.0' } },
        };
    if (shaped) {
      const { $schema: _, ...schema } = jsonSchema(topic.schema);
      schemas[topic.name] = schema;
    }
  }
  return stringify(
    {
      asyncapi: '3.1.0',
      info: {
        title: 'Beckon',
        version: '1.0.0',
        description: [
          'The Kafka topics of Beckon: opted-in stock and price alerts over Messenger.',
          `Addresses have the default prefix \`${PREFIX}\` (TOPIC_PREFIX). All \`*_at\` and \`at\` fields are integer milliseconds`,
          'since 1970-01-01 UTC; amounts of money are integers in minor units. Only optional fields are ever added:',
          'readers drop fields that they do not know. Shops’ own catalogue topics are named in their settings and are not listed.',
        ].join('\n'),
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      defaultContentType: 'application/json',
      servers: { local: { host: '127.0.0.1:9092', protocol: 'kafka', description: 'What `npm start` runs.' } },
      channels,
      operations: operations(flows),
      components: { messages, schemas },
    },
    // Without aliases every schema can be read on its own; folding would depend on word lengths.
    { aliasDuplicateObjects: false, lineWidth: 0 },
  );
}

/** Errors of the document, one sentence each; advice and warnings are not errors. */
export async function validateAsyncApi(yaml) {
  const diagnostics = await new Parser().validate(yaml);
  return diagnostics
    .filter((d) => d.severity === 0)
    .map((d) => `${d.path.join('.') || 'document'}: ${d.message} (line ${d.range.start.line + 1})`);
}

function channelBinding(topic, config) {
  return {
    topic: PREFIX + topic.name,
    partitions: topic.partitions,
    topicConfiguration: Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key,
        key === 'cleanup.policy' ? [value] : /^\d+$/.test(value) ? Number(value) : value,
      ]),
    ),
    bindingVersion: '0.5.0',
  };
}

function shapedMessage(topic, binaryHeaders) {
  const headers = binaryHeaders({
    id: 'example',
    source: `/${firstWord(topic.owner)}`,
    type: topic.type,
    time: EXAMPLE_TIME,
  });
  return {
    name: topic.type,
    title: topic.name,
    summary: topic.tombstones ? `${topic.purpose} A record without value (a tombstone) ends the key.` : topic.purpose,
    contentType: 'application/json',
    headers: ceHeaders(topic),
    payload: { $ref: `#/components/schemas/${topic.name}` },
    bindings: { kafka: { key: { type: 'string', description: topic.key }, bindingVersion: '0.5.0' } },
    examples: [{ name: 'example', headers, payload: topic.example }],
  };
}

function operations(flows) {
  const all = {};
  for (const [program, { sends, receives }] of Object.entries(flows)) {
    const add = (action, verb, topics) => {
      for (const topic of topics)
        all[`${program}.${verb}.${topic.name}`] = {
          action,
          channel: { $ref: `#/channels/${topic.name}` },
          messages: [{ $ref: `#/channels/${topic.name}/messages/record` }],
          summary: `${program} ${verb} ${topic.name}`,
          tags: [{ name: program }],
        };
    };
    add('send', 'sends', sends);
    add('receive', 'receives', receives);
  }
  return all;
}

const firstWord = (text) => text.split(/[ ,]/)[0];
