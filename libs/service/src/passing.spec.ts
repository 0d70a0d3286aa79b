import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { isPassing } from './passing.js';

const coded = (code: string) => Object.assign(new Error('server says so'), { code });
const failed = (driver: Error) => new QueryFailedError('SELECT 1', [], driver);

describe('isPassing', () => {
  it.each([
    '40001',
    '40P01',
    '55P03',
    '57014',
    '57P01',
    '57P03',
    '53300',
    '08006',
    '25006',
    'ECONNREFUSED',
    'EAI_AGAIN',
  ])('%s may pass, also inside a TypeORM error or as a cause', (code) => {
    expect(isPassing(coded(code))).toBe(true);
    expect(isPassing(failed(coded(code)))).toBe(true);
    expect(isPassing(new Error('chunk failed', { cause: failed(coded(code)) }))).toBe(true);
  });

  it.each(['23505', '23502', '22P02', '42P01', '42601', '28P01', '3D000', '42501', 'ERR_INVALID_ARG_TYPE', 'ENOENT'])(
    '%s will not',
    (code) => {
      expect(isPassing(coded(code))).toBe(false);
      expect(isPassing(failed(coded(code)))).toBe(false);
    },
  );

  it('a refusal at every address of a host may pass; one lasting fault among them does not', () => {
    expect(isPassing(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]))).toBe(true);
    expect(isPassing(new AggregateError([coded('ECONNREFUSED'), coded('EACCES')]))).toBe(false);
  });

  it('anything else does not pass: plain errors, no errors, errors that cause themselves', () => {
    const cyclic = new Error('round and round');
    cyclic.cause = cyclic;
    for (const e of [
      new Error('Connection'),
      new TypeError('x is undefined'),
      'ECONNREFUSED',
      undefined,
      null,
      cyclic,
    ]) {
      expect(isPassing(e)).toBe(false);
    }
  });
});
