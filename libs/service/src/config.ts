/**
 * Settings of a process. Each is declared once (name, check, default, one line of help) and read once at start;
 * everything else gets the typed object. This library's `process.env` is touched here only.
 *
 * Every setting NAME can also be given as NAME_FILE, the path of a file that holds the value, which is how secrets are
 * mounted. An empty variable counts as not set, because compose files and charts cannot leave one out.
 */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { scrub } from './redact.js';

/** Variables by name; `process.env` unless a test says otherwise. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface SettingSpec<T = unknown> {
  /** Takes the text of the variable (or undefined when it is not set and has no default) and returns the value. */
  readonly check: z.ZodType<T>;
  /** Text that goes through `check` when nothing is set; or a computed one, with words for the documentation. */
  readonly default?: string | { readonly words: string; readonly of: () => string };
  /** One line: what it does and its unit. */
  readonly help: string;
  /** Never shown: not by --print-config, not in a fault. */
  readonly secret?: boolean;
}

export type Settings = Readonly<Record<string, SettingSpec>>;

/** The typed object that {@link loadConfig} returns for a set of settings. */
export type ConfigOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends SettingSpec<infer T> ? T : never;
};

/** Declares one setting. */
export function setting<T>(spec: SettingSpec<T>): SettingSpec<T> {
  return spec;
}

/** The same setting with another default: `HTTP_PORT: withDefault(commonSettings.HTTP_PORT, '3001')`. */
export function withDefault<T>(spec: SettingSpec<T>, value: string): SettingSpec<T> {
  return { ...spec, default: value };
}

/** All that is wrong with the settings, in one error: a person should have to restart once, not once per fault. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `${faults.length} setting${faults.length === 1 ? ' is' : 's are'} wrong:\n${faults.map((f) => `  ${f}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/**
 * Reads, checks and converts every setting.
 * @throws ConfigError naming all faults, each with the variable to set; secret values are never part of it.
 */
export function loadConfig<S extends Settings>(spec: S, env: Environment = process.env): ConfigOf<S> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, s] of Object.entries(spec)) {
    const given = read(name, env);
    if ('fault' in given) {
      faults.push(given.fault);
      continue;
    }
    const text = given.text ?? defaultText(s);
    const checked = s.check.safeParse(text);
    if (checked.success) {
      values[name] = checked.data;
    } else if (text === undefined) {
      faults.push(`${name} is missing. Set ${name} or ${name}_FILE: ${s.help}`);
    } else {
      const what = checked.error.issues.map((issue) => issue.message).join('; ');
      const shown = s.secret ? name : `${name}=${scrub(text)}`;
      faults.push(`${shown}${given.from ? ` (from ${given.from})` : ''}: ${what}. ${s.help}`);
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return values as ConfigOf<S>;
}

/** What the generated table of settings and `--help` show. `default` is undefined when there is none. */
export interface SettingDescription {
  readonly name: string;
  readonly default: string | undefined;
  readonly required: boolean;
  readonly help: string;
  readonly secret: boolean;
}

export function describeConfig(spec: Settings): SettingDescription[] {
  return Object.entries(spec).map(([name, s]) => ({
    name,
    default: typeof s.default === 'object' ? s.default.words : s.default,
    required: s.default === undefined && !s.check.safeParse(undefined).success,
    help: s.help,
    secret: s.secret ?? false,
  }));
}

/** `NAME=value` lines in the order of declaration; secrets and passwords inside addresses are `***`. */
export function printConfig<S extends Settings>(spec: S, values: ConfigOf<S>): string {
  const lines = Object.entries(spec).map(([name, s]) => {
    const value: unknown = values[name];
    if (value === undefined) return `# ${name} is not set`;
    return `${name}=${s.secret ? '***' : scrub(Array.isArray(value) ? value.join(',') : String(value))}`;
  });
  return lines.join('\n') + '\n';
}

type Given = { text: string | undefined; from?: string } | { fault: string };

function read(name: string, env: Environment): Given {
  const direct = env[name] || undefined;
  const path = env[`${name}_FILE`] || undefined;
  if (path === undefined) return { text: direct };
  if (direct !== undefined) return { fault: `${name} and ${name}_FILE are both set. Keep one of them` };
  try {
    // Editors and `echo` end a file with a newline that is no part of the secret.
    return { text: readFileSync(path, 'utf8').replace(/\r?\n$/, '') || undefined, from: path };
  } catch (error) {
    return { fault: `${name}_FILE=${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` };
  }
}

function defaultText(s: SettingSpec): string | undefined {
  return typeof s.default === 'object' ? s.default.of() : s.default;
}
