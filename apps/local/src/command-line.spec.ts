import { describe, expect, it } from '@jest/globals';
import { CommandLineEnd, parseCommandLine } from './command-line.js';

const SERVICES = ['optin', 'delivery'];

function parse(...argv: string[]): { options?: unknown; exitCode?: number; out: string; err: string } {
  let out = '';
  let err = '';
  const write = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  try {
    return { options: parseCommandLine(argv, SERVICES, write), out, err };
  } catch (error) {
    if (error instanceof CommandLineEnd) return { exitCode: error.exitCode, out, err };
    throw error;
  }
}

describe('the arguments of npm start', () => {
  it('may be missing', () => {
    expect(parse().options).toEqual({ once: false, reset: false, scale: {} });
  });

  it('are --once, --reset and any number of --scale', () => {
    expect(parse('--once', '--reset', '--scale', 'delivery=2', '--scale', 'optin=3').options).toEqual({
      once: true,
      reset: true,
      scale: { delivery: 2, optin: 3 },
    });
  });

  it.each([
    [['--scale', 'delivery'], 'Write it as delivery=2'],
    [['--scale', 'delivery=0'], 'a number from 1 to 16'],
    [['--scale', 'delivery=99'], 'a number from 1 to 16'],
    [['--scale', 'kafka=2'], 'There is no "kafka"; there is optin, delivery.'],
    [['--twice'], "unknown option '--twice'"],
    [['now'], 'too many arguments'],
  ])('%j is refused with 2: %s', (argv, fault) => {
    const { exitCode, err } = parse(...argv);
    expect(exitCode).toBe(2);
    expect(err).toContain(fault);
  });

  it('--help explains them and ends with 0', () => {
    const { exitCode, out } = parse('--help');
    expect(exitCode).toBe(0);
    for (const word of ['--once', '--reset', '--scale', 'KAFKA_BROKERS', 'BECKON_STATE']) expect(out).toContain(word);
  });
});
