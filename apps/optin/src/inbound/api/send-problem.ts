import type { ServerResponse } from 'node:http';
import { problemBody } from './problems.js';
import type { Problem } from './problems.js';

export const PROBLEM_TYPE = 'application/problem+json';

/** Answers a problem. A response that has begun can no longer say anything: it is broken off, so that nobody takes it for whole. */
export function sendProblem(response: ServerResponse, problem: Problem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-type', PROBLEM_TYPE);
  response.statusCode = problem.status;
  response.end(JSON.stringify(problemBody(problem)));
}
