/**
 * Reads the files of a run: one JSON object a line. A last line that was cut off by the end of its writer is left out;
 * any other line that is no JSON is an error, because a judgement on half the evidence is none.
 *
 *     inputs.jsonl      what was put in, as it was sent; `{"type":"ack","id":…,"at":…}` when it was taken
 *     ledger.jsonl      what the sandbox accepted
 *     calls.jsonl       the calls that the sandbox saw
 *     doubts.jsonl      those whose caller could not know what became of them
 *     faults.jsonl      what was broken: one line at its beginning, one at its end with the same `id`
 *     decisions.jsonl   the topic `decisions`
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Accepted, Call, Decision, Doubt, Evidence } from './evidence.js';
import { foldFaults, foldInputs, type FaultLine, type InputLine } from './fold-lines.js';

/** The evidence in a folder. @throws Error naming file and line of what cannot be read */
export function readFolder(folder: string): Evidence {
  return {
    inputs: foldInputs(readLines<InputLine>(folder, 'inputs.jsonl')),
    ledger: readLines<Accepted>(folder, 'ledger.jsonl'),
    calls: readLines<Call>(folder, 'calls.jsonl'),
    doubts: readLines<Doubt>(folder, 'doubts.jsonl'),
    faults: foldFaults(readLines<FaultLine>(folder, 'faults.jsonl')),
    decisions: readLines<Decision>(folder, 'decisions.jsonl'),
  };
}

function readLines<T>(folder: string, name: string): T[] {
  const file = join(folder, name);
  if (!existsSync(file)) throw new Error(`${folder} holds no ${name}: is it the folder of a run?`);
  const text = readFileSync(file, 'utf8');
  const whole = text.endsWith('\n') ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line, i) => {
      try {
        return JSON.parse(line) as T;
      } catch (cause) {
        throw new Error(`${file}:${i + 1} is no JSON`, { cause });
      }
    });
}
