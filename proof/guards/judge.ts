import type { Guard } from './guard.js';
import { firstLine, type RunReport } from './report.js';

/**
 * `caught`: a test went red because an expectation was not met. `missed`: all stayed green, so nothing keeps the line
 * where it is. `void`: red, but by something else (or nothing ran), which proves neither.
 */
export interface Verdict {
  readonly verdict: 'caught' | 'missed' | 'void';
  /** The test that caught it, or what is wrong. */
  readonly detail: string;
}

/** What the run of a mutated file shows; undefined: Jest left no report. */
export function judge(report: RunReport | undefined): Verdict {
  if (!report || report.files.length === 0) return { verdict: 'void', detail: 'Jest ended without a report' };
  const fault = report.files.find((file) => file.fault !== null)?.fault;
  if (fault) return { verdict: 'void', detail: `the spec could not run: ${firstLine(fault)}` };
  const ran = report.files.flatMap((file) => file.tests).filter((test) => test.status !== 'left_out');
  if (ran.length === 0) return { verdict: 'void', detail: 'no test has that name' };
  const red = ran.filter((test) => test.status === 'failed');
  const caught = red.find((test) => test.failures.some((failure) => failure.byAssertion));
  if (caught) return { verdict: 'caught', detail: caught.name };
  const [first] = red.flatMap((test) => test.failures);
  if (red.length > 0)
    return { verdict: 'void', detail: `red, not by an assertion: ${firstLine(first?.message ?? '')}` };
  return { verdict: 'missed', detail: `${ran.length} tests stayed green` };
}

/** What keeps a guard from being tried: its tests must run and pass while the line is there. */
export function baselineFault(guard: Guard, report: RunReport | undefined, pathOf: (file: string) => string) {
  const file = report?.files.find((f) => f.path === pathOf(guard.test.file));
  if (!file) return `${guard.test.file} did not run`;
  if (file.fault !== null) return `${guard.test.file} cannot run: ${firstLine(file.fault)}`;
  const { name } = guard.test;
  const named = file.tests.filter((t) => t.status !== 'left_out' && (name === undefined || t.name.includes(name)));
  if (named.length === 0) return `no test of ${guard.test.file} has “${name}” in its name`;
  const red = named.find((t) => t.status === 'failed');
  return red && `“${red.name}” is red without a mutation: ${firstLine(red.failures[0]?.message ?? '')}`;
}
