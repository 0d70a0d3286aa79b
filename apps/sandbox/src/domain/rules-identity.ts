import { verifyAppSecretProof } from '@beckon/messenger';
import { assumedError, graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import type { Page, Person } from './model.js';
import type { PageRules } from './page-rules.js';

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

/** Rule 3: with the switch on, every call proves that it knows the app secret; a proof that is wrong is never taken. */
export function rule3Proof(page: Page, proof: unknown): GraphError | undefined {
  if (!page.rules.requireAppsecretProof && proof === undefined) return undefined;
  if (typeof proof !== 'string') {
    return assumedError(3, 'appsecret_proof', 'API calls from the server require an appsecret_proof argument');
  }
  if (verifyAppSecretProof(page.appSecret, page.token, proof)) return undefined;
  return assumedError(3, 'appsecret_proof', 'Invalid appsecret_proof provided in the API argument');
}

/** Rule 4: what the call does needs a permission of the app. */
export function rule4Permission(page: Page, permission: string): GraphError | undefined {
  if (page.rules.permissions.includes(permission)) return undefined;
  return graphError(4, 200, undefined, `Requires ${permission} permission to manage the object`);
}

/** Rule 4: an app that is not live only reaches people with a role on it. */
export function rule4AppLive(page: Page, person: Person): GraphError | undefined {
  if (page.rules.appLive || person.hasRole) return undefined;
  const message = 'Cannot message users who are not admins, developers or testers of the app until it is live.';
  return graphError(4, 200, 2018028, message);
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

/** Rule 5: the version that a path asks for, if it names one. */
export function rule5AskedVersion(pathname: string): string | undefined {
  return /^\/(v\d{1,3}(?:\.\d{1,3})?)(?:\/|$)/.exec(pathname)?.[1];
}

/** Graph versions that are served as themselves. Source: Graph API changelog, 2026-07-29. */
const LIVE_VERSIONS = ['v21.0', 'v22.0', 'v23.0', 'v24.0', 'v25.0', 'v26.0'];

/** Rule 5, assumed: a version that is not live is served all the same, or refused if the Page's switch says so. */
export function rule5Version(asked: string | undefined, rules: PageRules): GraphError | undefined {
  if (asked === undefined || LIVE_VERSIONS.includes(asked) || rules.unknownVersions === 'served') return undefined;
  return assumedError(5, 'unknown_version', `Unknown version ${asked}; live are ${LIVE_VERSIONS.join(', ')}.`);
}

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

/** A path that is neither an object nor an edge of one: a mistyped version, or too many parts. */
export function unknownPathComponents(pathname: string): GraphError {
  const message = `Unknown path components: ${pathname.slice(0, 200)}`;
  return { ...graphError(19, 2500, undefined, message), type: 'OAuthException' };
}

function unknownObject(what: string): GraphError {
  const message = `Unsupported request. Object with ID '${what.slice(0, 200)}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`;
  return { ...graphError(5, 100, 33, message), type: 'GraphMethodException' };
}
