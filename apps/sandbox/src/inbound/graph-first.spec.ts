import { expect, it } from '@jest/globals';
import { isPlainlyGraph } from './graph-first.js';

it.each(['/v26.0/100/messages', '/v9/me', '/100/messages?x=1', '/me/messages', '/me', '/me?fields=id'])(
  '%s can only be Graph’s',
  (url) => expect(isPlainlyGraph(url)).toBe(true),
);

it.each([
  '/',
  '/admin/pages',
  '/admin/ledger?limit=1',
  '/health/ready',
  '/phone.js',
  '/favicon.svg',
  '/media.js',
  '/video',
])('%s goes the long way', (url) => expect(isPlainlyGraph(url)).toBe(false));
