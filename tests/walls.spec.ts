/** The walls that lint keeps: each forbidden line is refused where it is forbidden, and only there. */
import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const repository = fileURLToPath(new URL('..', import.meta.url));
const eslint = new ESLint({
  cwd: repository,
  // The texts below are in no file, so the rules that ask the type checker cannot judge them.
  overrideConfig: [tseslint.configs.disableTypeChecked, { rules: { '@typescript-eslint/no-unused-vars': 'off' } }],
});

async function rulesBrokenBy(text: string, filePath: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: `${repository}${filePath}` });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

const IMPORT = 'no-restricted-imports';
const DOMAIN = 'apps/matching/src/domain/made-up.ts';
const INBOUND = 'apps/matching/src/inbound/made-up.ts';
const CHECKER = 'proof/checker/rows/made-up.ts';

describe('walls', () => {
  it.each([
    ["import { x } from '@beckon/delivery'", INBOUND, IMPORT],
    ["import { x } from '../../../../apps/delivery/src/domain/pace.js'", INBOUND, IMPORT],
    ["import { TypeOrmModule } from '@nestjs/typeorm'", INBOUND, IMPORT],
    ["import { LoggerModule } from 'nestjs-pino'", INBOUND, IMPORT],
    ['export const url = process.env.URL', INBOUND, 'no-restricted-properties'],
    ['export const { env } = process', INBOUND, 'no-restricted-properties'],
    ['export const x: any = 1', INBOUND, '@typescript-eslint/no-explicit-any'],
    ["import { Injectable } from '@nestjs/common'", DOMAIN, IMPORT],
    ["import type { Consumer } from 'kafkajs'", DOMAIN, IMPORT],
    ["import { Redis } from 'ioredis'", DOMAIN, IMPORT],
    ["import { DataSource } from 'typeorm'", DOMAIN, IMPORT],
    ["import pg from 'pg'", DOMAIN, IMPORT],
    ["import { request } from 'undici'", DOMAIN, IMPORT],
    ["import { readFileSync } from 'node:fs'", DOMAIN, IMPORT],
    ["import { readFile } from 'fs/promises'", DOMAIN, IMPORT],
    ["import net from 'node:net'", DOMAIN, IMPORT],
    ["import { x } from '../outbound/store.js'", DOMAIN, IMPORT],
    ["import { x } from '../inbound/handler.js'", DOMAIN, IMPORT],
    ["import { settings } from '../config.js'", DOMAIN, IMPORT],
    ["import { loop } from '@beckon/service'", DOMAIN, IMPORT],
    ['export const now = () => Date.now()', DOMAIN, 'no-restricted-syntax'],
    ['export const now = () => new Date()', DOMAIN, 'no-restricted-syntax'],
    ['export const luck = () => Math.random()', DOMAIN, 'no-restricted-syntax'],
    ['export const pid = process.pid', DOMAIN, 'no-restricted-globals'],
    ["import { alertId } from '@beckon/contracts'", CHECKER, IMPORT],
    ["import { reserve } from '../../../apps/throttling/src/domain/windows.js'", CHECKER, IMPORT],
    ["import { Witness } from '../../world/witness.js'", CHECKER, IMPORT],
    ["import pg from 'pg'", CHECKER, IMPORT],
  ])('%s is refused in %s', async (text, file, rule) => {
    expect(await rulesBrokenBy(`${text};\n`, file)).toContain(rule);
  });

  it.each([
    ["import { Injectable } from '@nestjs/common'", INBOUND],
    ["import { Kind } from '@beckon/contracts'", DOMAIN],
    ["import { limits } from '@beckon/messenger'", DOMAIN],
    ["import { createHash } from 'node:crypto'", DOMAIN],
    ["import { price } from './price.js'", DOMAIN],
    ['export const at = (ms: number) => new Date(ms)', DOMAIN],
    ['export const url = process.env.URL', 'apps/matching/src/config.ts'],
    ["import { x } from '@beckon/delivery/dist/domain/pace.js'", 'bench/rows/made-up.ts'],
    ["import { readFileSync } from 'node:fs'", CHECKER],
    ["import { alertsOf } from '../alerts.js'", CHECKER],
  ])('%s is fine in %s', async (text, file) => {
    expect(await rulesBrokenBy(`${text};\n`, file)).toEqual([]);
  });
});
