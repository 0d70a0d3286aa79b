import { describe, expect, it } from '@jest/globals';
import { takeFault } from './faults.js';
import type { Fault } from './faults.js';

const fault = (id: number, more: Partial<Fault> = {}): Fault => ({ id, kind: 'reset', times: 1, ...more });
const call = { page: '100', psid: '200' };

describe('rule 48: armed faults', () => {
  it('strike as often as they say, in the order of arming', () => {
    const first = takeFault([fault(1, { times: 2 }), fault(2)], call);
    expect(first.fault?.id).toBe(1);
    const second = takeFault(first.rest, call);
    expect(second.fault?.id).toBe(1);
    const third = takeFault(second.rest, call);
    expect(third.fault?.id).toBe(2);
    expect(takeFault(third.rest, call)).toEqual({ fault: undefined, rest: [] });
  });

  it('strike only the Page and the person that they name', () => {
    const armed = [fault(1, { page: '101' }), fault(2, { psid: '201' }), fault(3, { page: '100', psid: '200' })];
    expect(takeFault(armed, call).fault?.id).toBe(3);
    expect(takeFault(armed, { page: '100', psid: undefined })).toEqual({ fault: undefined, rest: armed });
  });
});
