/**
 * A thread of its own that reads a run's files (`workerData`: the folder), tells what is still owed, and ends. The files of
 * ten minutes take seconds to read, and the proxies before the servers live in the main thread: it must not stand still.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { readFolder } from '../checker/read-folder.js';
import { stopUnconfirmed } from '../checker/rows/after-stop.js';
import { lost } from '../checker/rows/lost.js';
import { unanswered } from '../checker/rows/unanswered.js';
import type { Owed } from './quiet.js';

const evidence = readFolder(workerData as string);
const owed: Owed = {
  owed: lost(evidence).length,
  answers: stopUnconfirmed(evidence).length + unanswered(evidence).length,
};
parentPort?.postMessage(owed);
