import type { Logger } from '@beckon/service';

const nothing = (): void => undefined;

/** Says nothing: a contender's own helpers have nobody to talk to. */
export const quietLog = {
  ...{ trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, fatal: nothing },
} as unknown as Logger;
