import { describe, expect, it } from '@jest/globals';
import { settingsHelp, wantedOutput } from './command-line.js';
import { commonSettings } from './common-settings.js';
import { describeConfig } from './config.js';

describe('command line of a service', () => {
  it('runs without arguments; anything unknown gets the help', () => {
    expect(wantedOutput([])).toBe('run');
    expect(wantedOutput(['--print-config'])).toBe('config');
    expect(wantedOutput(['--help'])).toBe('help');
    expect(wantedOutput(['--verbose'])).toBe('help');
  });

  it('the help names every setting with its default', () => {
    const help = settingsHelp('matching', commonSettings);
    for (const s of describeConfig(commonSettings)) expect(help).toContain(`  ${s.name}  (`);
    expect(help).toContain('DATABASE_URL  (required)');
    expect(help).toContain('DATABASE_POOL  (default 10)');
    expect(help).toContain('KAFKA_SASL_PASSWORD  (optional, secret)');
  });
});
