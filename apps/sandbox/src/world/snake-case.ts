/** The admin API speaks snake case, the code camel case: names are turned one way and the other, values stay. */

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S;
type Snake<S extends string> = S extends `${infer Head}${infer Tail}`
  ? Tail extends Uncapitalize<Tail>
    ? `${Lowercase<Head>}${Snake<Tail>}`
    : `${Lowercase<Head>}_${Snake<Uncapitalize<Tail>>}`
  : S;

/** `{a_b: 1}` as `{aB: 1}`; what is undefined is left out. */
export function toCamel<T extends object>(value: T): { [K in keyof T as Camel<K & string>]: Exclude<T[K], undefined> } {
  const named = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(
    named.map(([key, one]) => [key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), one as unknown]),
  ) as ReturnType<typeof toCamel<T>>;
}

/** `{aB: 1}` as `{a_b: 1}`. */
export function toSnake<T extends object>(value: T): { [K in keyof T as Snake<K & string>]: T[K] } {
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      one as unknown,
    ]),
  ) as ReturnType<typeof toSnake<T>>;
}
