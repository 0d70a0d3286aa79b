/** What only a person can install, looked at before anything is started; each answered with the command to type. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from './environment.js';

const run = promisify(execFile);

/** Something is missing that cannot be installed without a person. The message holds the command to type. */
export class RequirementError extends Error {}

/** Where the program is on PATH, or undefined. */
export function findOnPath(program: string, path: string | undefined): string | undefined {
  const names = process.platform === 'win32' ? [`${program}.exe`, `${program}.cmd`] : [program];
  return (path ?? '')
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
}

/** Version of the Java that a bare `-version` output speaks of: 17 for "17.0.15", 8 for "1.8.0_292"; 0 if unreadable. */
export function parseJavaMajor(output: string): number {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(output);
  if (!match) return 0;
  return Number(match[1] === '1' ? match[2] : match[1]);
}

/** A Java that Kafka 4 can run on. */
export interface Java {
  readonly file: string;
  /** First line of `java -version`: names the build, so that archives made by another one are not used. */
  readonly version: string;
}

/** The Java to use: JAVA_HOME's, else the one on PATH. @throws RequirementError when there is none of version 17 or later */
export async function requireJava(env: Environment): Promise<Java> {
  const home = env.JAVA_HOME && join(env.JAVA_HOME, 'bin', process.platform === 'win32' ? 'java.exe' : 'java');
  const file = home && existsSync(home) ? home : findOnPath('java', env.PATH);
  if (!file) throw new RequirementError(`Java 17 or later is needed to run Kafka.\n${howToInstall('java')}`);
  // Java prints its version on stderr.
  const { stderr } = await run(file, ['-version']).catch((error: unknown) => ({ stderr: String(error) }));
  const major = parseJavaMajor(stderr);
  if (major < 17) {
    throw new RequirementError(
      `Java 17 or later is needed to run Kafka; ${file} is version ${major || 'unknown'}.\n${howToInstall('java')}`,
    );
  }
  return { file, version: stderr.split('\n').find((line) => line.includes('version')) ?? stderr };
}

/** Path of Maven. @throws RequirementError when it is not on PATH */
export function requireMaven(env: Environment): string {
  const file = findOnPath('mvn', env.PATH);
  if (!file) throw new RequirementError(`Maven is needed once, to fetch Kafka.\n${howToInstall('maven')}`);
  return file;
}

/** The command that installs what is missing on this system, and the way around it. */
export function howToInstall(
  what: 'java' | 'maven' | 'redis',
  { platform = process.platform, osRelease = readOsRelease(), isRoot = process.getuid?.() === 0 } = {},
): string {
  const sudo = isRoot ? '' : 'sudo ';
  const around = what === 'redis' ? 'REDIS_URL=redis://host:6379' : 'KAFKA_BROKERS=host:9092';
  return `  Install it:  ${command()}\n  Or use one you have:  ${around} npm start`;

  function command(): string {
    const pick = (java: string, maven: string, redis: string) => ({ java: `${java} ${maven}`, maven, redis })[what];
    if (platform === 'darwin') return `brew install ${pick('openjdk@17', 'maven', 'redis')}`;
    if (platform === 'win32') return 'run this inside WSL 2 (wsl --install)';
    if (/alpine/i.test(osRelease)) return `${sudo}apk add ${pick('openjdk17-jre-headless', 'maven', 'redis')}`;
    if (/fedora|rhel|centos/i.test(osRelease)) {
      return `${sudo}dnf install -y ${pick('java-17-openjdk-headless', 'maven', 'redis')}`;
    }
    if (/arch/i.test(osRelease))
      return `${sudo}pacman -S --noconfirm ${pick('jre17-openjdk-headless', 'maven', 'valkey')}`;
    const install = `${sudo}apt-get install -y ${pick('openjdk-17-jre-headless', 'maven', 'redis-server')}`;
    return `${sudo}apt-get update && ${install}`;
  }
}

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .filter((line) => /^ID(_LIKE)?=/.test(line))
      .join(' ');
  } catch {
    return '';
  }
}
