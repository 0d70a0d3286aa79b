/** The one place where the commands read their own environment. */
export function ownEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
