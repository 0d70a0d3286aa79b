/** JSON Schemas from the topics' zod schemas. */
import { z } from 'zod';

/**
 * The JSON Schema (draft 7, which AsyncAPI and the registries read) of a zod schema as it travels: closed, so that a
 * registry can prove that a later, optional field breaks nobody. Readers in code are tolerant and drop what they do
 * not know.
 */
export function jsonSchema(schema, io = 'output') {
  return tidy(z.toJSONSchema(schema, { target: 'draft-7', io }));
}

/** Bounds that only say "a JavaScript integer" are noise to everybody else. */
function tidy(node) {
  if (Array.isArray(node)) return node.map(tidy);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !(key === 'maximum' && value === Number.MAX_SAFE_INTEGER))
      .filter(([key, value]) => !(key === 'minimum' && value === Number.MIN_SAFE_INTEGER))
      .map(([key, value]) => [key, tidy(value)]),
  );
}

/** One file per topic that has a shape, and one for the settings file that people write. */
export function schemaFiles({ allTopics, ShopSettings }) {
  const files = new Map();
  const put = (name, schema, title, description) => {
    const { $schema, ...rest } = schema;
    const text = JSON.stringify({ $schema, title, description, ...rest }, null, 2);
    files.set(`docs/generated/schemas/${name}.json`, `${text}\n`);
  };
  for (const topic of allTopics.filter((t) => t.example !== null))
    put(topic.name, jsonSchema(topic.schema), topic.type, topic.purpose);
  put(
    'shop-settings',
    jsonSchema(ShopSettings, 'input'),
    'Shop settings',
    'The file that `beckon shops apply` reads. Editors complete it when its first line is: # yaml-language-server: $schema=…/shop-settings.json',
  );
  return files;
}
