import { graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import type { Page, Person } from './model.js';

/** Rule 1: page-scoped ids belong to one Page; another Page's id is nobody. */
export function rule1KnownPerson(person: Person | undefined, page: string): GraphError | undefined {
  if (person?.page === page) return undefined;
  return graphError(1, 100, 2018001, 'No matching user found');
}

/** Rule 2: without a live access token nothing happens, call after call, until a new token is set. */
export function rule2LiveToken(token: string | undefined, page: Page | undefined): GraphError | undefined {
  if (!token) return graphError(2, 190, undefined, 'An access token is required to request this resource.');
  if (!page) return graphError(2, 190, undefined, 'Invalid OAuth access token - Cannot parse access token');
  if (page.tokenState === 'live') return undefined;
  return graphError(2, 190, page.tokenState, 'Error validating access token: the session is no longer valid.');
}

/** Where a Graph path leads. `version` is what the path named, if anything. */
export interface GraphPath {
  readonly version: string | undefined;
  readonly object: string;
  readonly edge: string | undefined;
}

/** Rule 5: `/vNN.N/{page}/messages`, `/me/messages`, with or without a version; any version segment is served. */
export function rule5GraphPath(pathname: string): GraphPath | undefined {
  const match = /^\/(?:(v\d{1,3}(?:\.\d{1,3})?)\/)?([^/]+)(?:\/([^/]+))?\/?$/.exec(pathname);
  if (!match?.[2]) return undefined;
  return { version: match[1], object: match[2], edge: match[3] };
}

/** Graph versions that are served as themselves. Source: Graph API changelog, 2026-07-29. */
const LIVE_VERSIONS = ['v21.0', 'v22.0', 'v23.0', 'v24.0', 'v25.0', 'v26.0'];

/** Rule 5, assumed: a version that is not live, or none, is served by the oldest live one; a header says which. */
export function rule5ServedVersion(asked: string | undefined): string {
  return asked !== undefined && LIVE_VERSIONS.includes(asked) ? asked : LIVE_VERSIONS[0]!;
}

/** Rule 5: the object is the token's own Page, by id or as `me`. */
export function rule5OwnPage(object: string, page: Page): GraphError | undefined {
  return object === 'me' || object === page.id ? undefined : unknownObject(object);
}

/** Rule 19: nothing lists one-time tokens; a path that is not served answers as Graph does. */
export function rule19UnknownPath(pathname: string): GraphError {
  return { ...unknownObject(pathname), rule: 19 };
}

function unknownObject(what: string): GraphError {
  const message = `Unsupported request. Object with ID '${what.slice(0, 200)}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`;
  return graphError(5, 100, 33, message);
}
