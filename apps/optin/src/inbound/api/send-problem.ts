import { answerProblem } from '@beckon/service';
import type { ServerResponse } from 'node:http';
import { problemBody } from './problems.js';
import type { Problem } from './problems.js';

/** Answers a problem; a response that has begun is broken off. */
export const sendProblem = (response: ServerResponse, problem: Problem): void =>
  answerProblem(response, problem.status, problemBody(problem), problem.headers);
