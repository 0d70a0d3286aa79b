/** The description of the sandbox's admin API, from the schemas that the sandbox itself checks its inputs with. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The document as text. @throws when the sandbox is not built */
export async function sandboxOpenApi(repository) {
  const file = join(repository, 'apps/sandbox/dist/inbound/admin-openapi.js');
  const { adminOpenApi } = await import(pathToFileURL(file).href);
  return `${JSON.stringify(adminOpenApi(), null, 2)}\n`;
}
