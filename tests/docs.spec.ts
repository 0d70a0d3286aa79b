import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

/** The generated documents are compared with the code; this shows on a copy that the comparison can fail. */
describe('npm run docs -- --check', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'beckon-docs-'));
    cpSync('docs/generated', join(root, 'docs/generated'), { recursive: true });
    cpSync('libs/contracts/examples', join(root, 'libs/contracts/examples'), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const docs = (...args: string[]) => {
    const run = spawnSync(process.execPath, ['tools/docs.mjs', ...args, '--root', root], { encoding: 'utf8' });
    return { status: run.status, out: run.stdout, err: run.stderr };
  };

  it('accepts what is in the repository', () => {
    expect(docs('--check')).toMatchObject({ status: 0, err: '' });
  });

  it('names each stale, missing and left-over file and the command that mends it; then it is mended', () => {
    appendFileSync(join(root, 'docs/generated/data-dictionary.md'), 'a line by hand\n');
    rmSync(join(root, 'docs/generated/schemas/decisions.json'));
    rmSync(join(root, 'libs/contracts/examples/v1/offers.json'));
    writeFileSync(join(root, 'docs/generated/schemas/gone.json'), '{}');

    const checked = docs('--check');
    expect(checked.status).toBe(1);
    const lines = checked.err.trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(checked.err).toMatch(/data-dictionary\.md differs from the code in line \d+\. Run: npm run docs/);
    expect(checked.err).toMatch(/decisions\.json is missing/);
    expect(checked.err).toMatch(/examples\/v1\/offers\.json is missing/);
    expect(checked.err).toMatch(/gone\.json is no longer generated/);

    expect(docs()).toMatchObject({ status: 0 });
    expect(docs('--check')).toMatchObject({ status: 0 });
  });

  it('validates the AsyncAPI document: one with a dangling reference is an error', () => {
    const document = 'asyncapi: 3.1.0\ninfo: {title: t, version: "1"}\noperations: {o: {action: sends}}\n';
    const script = `import { validateAsyncApi } from './tools/docs/asyncapi.mjs';
      console.log(JSON.stringify(await validateAsyncApi(${JSON.stringify(document)})));`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect((JSON.parse(run.stdout) as string[]).join('\n')).toMatch(/operations\.o/);
  });

  it('refuses an argument that it does not know', () => {
    expect(docs('--chekc')).toMatchObject({ status: 2 });
  });
});
