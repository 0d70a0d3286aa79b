/**
 * A reporter for Jest that keeps what its own JSON loses: whether a failure was an unmet expectation, also where it is
 * only the cause of the error that a property threw. Runs inside Jest; writes one `RunReport` to the file that the
 * environment names (Jest's command line has no options for reporters).
 */
import { writeFileSync } from 'node:fs';
import { isAssertion, seedsIn, type FileReport, type RunReport, type TestReport } from './report.js';

/** Names the file that the report goes to. */
export const REPORT_FILE = 'GUARDS_REPORT_FILE';

/** The parts of Jest's results that are read here. */
interface JestFile {
  readonly testFilePath: string;
  readonly testExecError?: { readonly message?: string } | null;
  readonly failureMessage?: string | null;
  readonly console?: readonly { readonly message: string }[] | null;
  readonly testResults: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly failureMessages: readonly string[];
    readonly failureDetails: readonly unknown[];
  }[];
}

export default class VerdictReporter {
  onRunComplete(_contexts: unknown, results: { readonly testResults: readonly JestFile[] }): void {
    const file = process.env[REPORT_FILE];
    if (!file) throw new Error(`${REPORT_FILE} is not set`);
    const report: RunReport = { files: results.testResults.map(fileReport) };
    writeFileSync(file, JSON.stringify(report));
  }
}

function fileReport(file: JestFile): FileReport {
  const said = [...(file.console ?? []).map((line) => line.message), file.failureMessage ?? ''];
  return {
    path: file.testFilePath,
    fault: file.testExecError ? (file.testExecError.message ?? file.failureMessage ?? 'unknown') : null,
    seeds: [...new Set(said.flatMap(seedsIn))],
    tests: file.testResults.map((test): TestReport => {
      const status = test.status === 'passed' || test.status === 'failed' ? test.status : 'left_out';
      const failures = test.failureDetails.map((error, i) => ({
        message: (error as Error | null)?.message ?? test.failureMessages[i] ?? String(error),
        byAssertion: isAssertion(error),
      }));
      return { name: test.fullName, status, failures };
    }),
  };
}
