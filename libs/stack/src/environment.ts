/** The one place where this library reads the process's own environment; everything else is handed it. */

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Our own variables. */
export function ownEnvironment(): Environment {
  return process.env;
}
