/** The descriptions of HTTP APIs, from the schemas that the services themselves check their inputs with. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const documents = {
  'docs/generated/openapi.json': ['apps/optin/dist/inbound/api/openapi.js', 'apiDocument'],
  'docs/generated/sandbox-openapi.json': ['apps/sandbox/dist/inbound/admin-openapi.js', 'adminOpenApi'],
};

/** The documents as texts, by path. @throws when a service is not built */
export async function openApiFiles(repository) {
  const files = Object.entries(documents).map(async ([path, [file, name]]) => {
    const module = await import(pathToFileURL(join(repository, file)).href);
    return [path, `${JSON.stringify(module[name](), null, 2)}\n`];
  });
  return Promise.all(files);
}
