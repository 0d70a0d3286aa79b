import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { createLogger, NestLogger } from './logger.js';

function capture(level = 'trace') {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, log: createLogger({ service: 'matching', level, instance: 'host:1', destination }) };
}

describe('createLogger', () => {
  it('writes one JSON line with level, ISO time, service and instance', () => {
    const { lines, log } = capture();
    log.info({ alert_id: 'a1' }, 'matched');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        service: 'matching',
        instance: 'host:1',
        alert_id: 'a1',
        msg: 'matched',
      },
    ]);
  });

  it('holds back what is below its level', () => {
    const { lines, log } = capture('warn');
    log.info('no');
    log.warn('yes');
    expect(lines.map((l) => l.msg)).toEqual(['yes']);
  });

  it('shows no identifier, token or message text, neither as a field nor inside a text', () => {
    const { lines, log } = capture();
    log.info(
      { event: { sender: { psid: '4242' }, message: { text: 'my size is 38' } }, access_token: 'abc' },
      'POST https://graph/me/messages?access_token=abc',
    );
    const child = log.child({ psid: '4242' });
    child.info('child');
    child.child({ token: 'abc' }).info('grandchild');
    const written = JSON.stringify(lines);
    for (const secret of ['4242', 'my size', 'abc']) expect(written).not.toContain(secret);
  });

  it('writes of an error what it is and what caused it, but not the row or the parameters it came with', () => {
    const { lines, log } = capture();
    const driver = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (psid)=(4242) exists.' });
    log.error({ err: new Error('chunk failed', { cause: new QueryFailedError('INSERT', ['4242'], driver) }) }, 'no');
    expect(lines[0]?.err).toMatchObject({
      type: 'Error',
      message: 'chunk failed',
      stack: expect.stringContaining('logger.spec'),
      cause: { code: '23505', message: 'duplicate key' },
    });
    expect(JSON.stringify(lines)).not.toContain('4242');
  });
});

describe('NestLogger', () => {
  it('keeps Nest’s levels, with its chatter at debug', () => {
    const { lines, log } = capture();
    const nest = new NestLogger(log);
    nest.log('Mapped {/health/live, GET} route', 'RouterExplorer');
    nest.warn('careful', 'Injector');
    nest.error('broke', 'Error: broke\n    at here', 'ExceptionsHandler');
    nest.error(new Error('thrown'), 'ExceptionsHandler');
    nest.fatal({ code: 7 });
    expect(lines.map((l) => [l.level, l.nest, l.msg])).toEqual([
      ['debug', 'RouterExplorer', 'Mapped {/health/live, GET} route'],
      ['warn', 'Injector', 'careful'],
      ['error', 'ExceptionsHandler', 'broke'],
      ['error', 'ExceptionsHandler', 'thrown'],
      ['fatal', undefined, 'nest'],
    ]);
    expect(lines[2]?.stack).toContain('at here');
    expect(lines[3]?.err).toMatchObject({ message: 'thrown' });
    expect(lines[4]?.detail).toEqual({ code: 7 });
  });
});
