import { describe, expect, it } from '@jest/globals';
import { Checklist } from './checklist.js';

function printed(screen: { isTTY?: boolean }, env: Record<string, string>, use: (list: Checklist) => void): string {
  let text = '';
  use(new Checklist({ ...screen, write: (line) => (text += line) }, env));
  return text;
}

describe('the checklist', () => {
  const all = (list: Checklist) => {
    list.done('Kafka', 'at 127.0.0.1:9092', 1_234);
    list.done('Redis', 'given by REDIS_URL');
    list.failed('delivery ended\nlast words\n(from a log)');
  };

  it('tells what is ready, with its time, and what went wrong first', () => {
    expect(printed({}, {}, all).split('\n')).toEqual([
      '  ✓ Kafka        at 127.0.0.1:9092 1.2 s',
      '  ✓ Redis        given by REDIS_URL',
      '  ✗ delivery ended',
      '    last words',
      '    (from a log)',
      '',
    ]);
  });

  it('is coloured on a terminal only, and not with NO_COLOR', () => {
    expect(printed({ isTTY: true }, {}, all)).toContain('\u001b[32m✓');
    expect(printed({ isTTY: true }, { NO_COLOR: '1' }, all)).not.toContain('\u001b');
    expect(printed({ isTTY: false }, {}, all)).not.toContain('\u001b');
  });
});
