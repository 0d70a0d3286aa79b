/** The one place where `npm start` reads its own environment. */
export function ownEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
