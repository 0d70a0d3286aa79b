import { describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { howToInstall, parseJavaMajor, requireJava, RequirementError, requireMaven } from './requirements.js';

describe('parseJavaMajor', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_292"', 8],
    ['openjdk version "21" 2023-09-19', 21],
    ['zsh: no such thing', 0],
  ])('%s → %i', (output, major) => expect(parseJavaMajor(output)).toBe(major));
});

describe('what a person must install', () => {
  it('is answered with the command of this system, and the way around it', () => {
    const debian = { platform: 'linux' as const, osRelease: 'ID=debian', isRoot: false };
    expect(howToInstall('java', debian)).toContain(
      'sudo apt-get update && sudo apt-get install -y openjdk-17-jre-headless maven',
    );
    expect(howToInstall('java', debian)).toContain('KAFKA_BROKERS=host:9092 npm start');
    expect(howToInstall('redis', { ...debian, isRoot: true })).toContain(
      '  apt-get update && apt-get install -y redis-server',
    );
    expect(howToInstall('maven', { ...debian, platform: 'darwin' })).toContain('brew install maven');
    expect(howToInstall('java', { ...debian, osRelease: 'ID="fedora"' })).toContain('sudo dnf install -y java-17');
  });

  it('is noticed when Java or Maven is not there, or Java is too old', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'beckon-test-'));
    try {
      await expect(requireJava({ PATH: folder })).rejects.toThrow(RequirementError);
      expect(() => requireMaven({ PATH: folder })).toThrow('Maven is needed once');
      mkdirSync(join(folder, 'bin'));
      const java = join(folder, 'bin', 'java');
      writeFileSync(java, '#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n');
      chmodSync(java, 0o755);
      await expect(requireJava({ JAVA_HOME: folder, PATH: '' })).rejects.toThrow(`${java} is version 11`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
