/**
 * Stored examples: what records looked like when a topic was first released. The contracts' spec reads each with
 * today's schemas, so that only optional fields can be added. A topic without one gets today's example, once.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Path and text of each example that is not stored yet. */
export function missingExamples({ allTopics }, root) {
  return allTopics
    .filter((topic) => topic.example !== null)
    .map((topic) => [`libs/contracts/examples/v1/${topic.name}.json`, `${JSON.stringify(topic.example, null, 2)}\n`])
    .filter(([path]) => !existsSync(join(root, path)));
}
