import { describe, expect, it } from '@jest/globals';
import { rule47Link } from './m-me-link.js';

describe('rule 47: m.me links', () => {
  it.each([
    ['https://m.me/100?ref=a-B_1%3D', { page: '100', ref: 'a-B_1=' }],
    ['m.me/100?ref=abc', { page: '100', ref: 'abc' }],
    ['https://m.me/100/', { page: '100', ref: undefined }],
    ['abc=', { page: undefined, ref: 'abc=' }],
    [`https://m.me/100?ref=${'x'.repeat(2083)}`, { page: '100', ref: 'x'.repeat(2083) }],
  ])('reads %s', (link, reading) => expect(rule47Link(link)).toEqual(reading));

  it.each([
    ['https://example.com/100?ref=a', 'not_an_m_me_link'],
    ['https://m.me/', 'not_an_m_me_link'],
    ['https://m.me/rn/100?topic=x', 'not_an_m_me_link'],
    ['http://', 'not_an_m_me_link'],
    ['https://m.me/100?ref=', 'invalid_ref'],
    ['https://m.me/100?ref=a.b', 'invalid_ref'],
    ['https://m.me/100?ref=a%20b', 'invalid_ref'],
    [`https://m.me/100?ref=${'x'.repeat(2084)}`, 'invalid_ref'],
    ['', 'invalid_ref'],
  ])('refuses %s', (link, fault) => expect(rule47Link(link)).toEqual({ fault }));
});
