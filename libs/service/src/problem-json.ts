/** Refusals of our HTTP APIs: `application/problem+json` (RFC 9457), with a code for programs and what to do for people. */
import type { ServerResponse } from 'node:http';

export const PROBLEM_TYPE = 'application/problem+json';

/** What is said about a refusal. */
export interface ProblemFacts {
  readonly code: string;
  readonly status: number;
  /** What is wrong, in words that do not depend on the request. */
  readonly title: string;
  /** What is wrong with this very request; never a secret, never a personal identifier. */
  readonly detail: string;
  /** What to do about it. */
  readonly fix: string;
  /** Every fault with its place. */
  readonly errors?: readonly object[];
}

/** The body of the answer. */
export function problemJson({ code, status, title, detail, fix, errors = [] }: ProblemFacts): object {
  return {
    type: `urn:beckon:problem:${code}`,
    ...{ title, status, code, detail, fix },
    ...(errors.length > 0 && { errors }),
  };
}

/** Answers a refusal. A response that has begun can no longer say anything: it is broken off, so that nobody takes it for whole. */
export function answerProblem(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-type', PROBLEM_TYPE);
  response.statusCode = status;
  response.end(JSON.stringify(body));
}
