/** The night of a run lies in it. */
import { describe, expect, it } from '@jest/globals';
import { nightOf } from './night.js';

describe('the night of a run', () => {
  it('is a minute on the clocks of Kathmandu, ten seconds away at least', () => {
    const at = (time: string): number => Date.parse(`2026-11-23T${time}Z`);
    const night = { shop: 'a', zone: 'Asia/Kathmandu' };
    expect(nightOf('a', at('12:00:00'))).toEqual({ ...night, from: '17:46', to: '17:47' });
    expect(nightOf('a', at('12:00:50'))).toEqual({ ...night, from: '17:46', to: '17:47' });
    expect(nightOf('a', at('12:00:51'))).toEqual({ ...night, from: '17:47', to: '17:48' });
    expect(nightOf('a', at('18:13:30'))).toEqual({ ...night, from: '23:59', to: '00:00' });
  });
});
