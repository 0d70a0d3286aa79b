/** The checker refuses every log that is wrong, in the row that says how, and accepts what is right. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { check } from './check.js';
import { ROWS } from './evidence.js';
import { condemns, printVerdict } from './print.js';
import { readFolder } from './read-folder.js';
import { evidenceIn, rightLog, type Log } from './right-log.js';
import { rightLogs, wrongLogs } from './wrong-logs.js';

describe('the checker', () => {
  it.each(rightLogs().map(({ what, log }) => [what, log] as const))('accepts a right log: %s', (_, log) => {
    const verdict = check(evidenceIn(log));
    expect(verdict.first).toBeUndefined();
    expect(condemns(verdict)).toBe(false);
  });

  it.each(wrongLogs().map(({ what, row, log }) => [row, what, log] as const))('refuses (%s): %s', (row, _, log) => {
    const verdict = check(evidenceIn(log));
    expect(verdict.rows[row].length).toBeGreaterThan(0);
    expect(condemns(verdict)).toBe(true);
  });

  it('has a wrong log for every row that condemns, and twenty at least', () => {
    const wrong = wrongLogs();
    expect(wrong.length).toBeGreaterThanOrEqual(20);
    const rows = Object.keys(ROWS).filter((row) => row !== 'late_by_pause');
    expect([...new Set(wrong.map(({ row }) => row))].sort()).toEqual(rows.sort());
  });

  it('counts lateness by a frozen sender, and does not hold it against anybody', () => {
    const late = rightLogs().filter(({ what }) => what.startsWith('late because'));
    expect(late.length).toBeGreaterThanOrEqual(4);
    for (const { log } of late) expect(check(evidenceIn(log)).rows.late_by_pause).toHaveLength(1);
  });

  it('prints every row, the seed, and what was broken around the first violation', () => {
    const wrong = wrongLogs().find(({ row }) => row === 'unknown');
    const evidence = evidenceIn(wrong?.log as Log);
    const text = printVerdict(check(evidence), evidence, 42).join('\n');
    for (const row of Object.keys(ROWS)) expect(text).toContain(row);
    expect(text).toContain('seed 42');
  });
});

describe('the files of a run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-proof-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, lines: readonly unknown[], rest = ''): void =>
    writeFileSync(join(folder, name), lines.map((line) => `${JSON.stringify(line)}\n`).join('') + rest);

  it('are judged like the log they hold; a last line that was cut off is left out', () => {
    const log = rightLog();
    write('inputs.jsonl', log.inputs);
    write('ledger.jsonl', log.ledger, '{"page":"1","ps');
    for (const name of ['calls', 'doubts', 'faults', 'decisions'] as const) write(`${name}.jsonl`, log[name]);
    expect(check(readFolder(folder))).toEqual(check(evidenceIn(log)));
  });

  it('that are missing or broken in the middle are an error, not a verdict', () => {
    writeFileSync(join(folder, 'calls.jsonl'), '{"at":1\n{"at":2}\n');
    expect(() => readFolder(folder)).toThrow(/calls.jsonl:1/);
    rmSync(join(folder, 'calls.jsonl'));
    expect(() => readFolder(folder)).toThrow(/holds no calls.jsonl/);
  });
});
