import type { Guard } from '../guard.js';

/** What every service keeps to itself. */
export const serviceGuards: readonly Guard[] = [
  {
    id: 'service/log-fields-hidden',
    promise: 'Page-scoped ids and tokens would stand in the logs.',
    file: 'libs/service/src/redact.ts',
    from: 'copy[key] = known && entry',
    to: 'copy[key] = known && depth < 0 && entry',
    test: { suite: 'unit', file: 'libs/service/src/redact.spec.ts', name: 'hides by name at any depth' },
  },
  {
    id: 'service/log-texts-scrubbed',
    promise: 'An access token inside a message or an address would stand in the logs.',
    file: 'libs/service/src/redact.ts',
    from: "if (typeof value === 'string') return scrub(value);",
    to: "if (typeof value === 'string') return value;",
    test: { suite: 'unit', file: 'libs/service/src/redact.spec.ts', name: 'scrubs every text' },
  },
  {
    id: 'service/fault-shows-no-secret',
    promise: 'A secret with a typing error would be printed when the service refuses to start.',
    file: 'libs/service/src/config.ts',
    from: 'const shown = s.secret ? name : `${name}=${scrub(text)}`;',
    to: 'const shown = `${name}=${scrub(text)}`;',
    test: { suite: 'unit', file: 'libs/service/src/config.spec.ts', name: 'shows no secret in a fault' },
  },
  {
    id: 'service/printed-config-shows-no-secret',
    promise: '`--print-config` would put secrets into terminals and tickets.',
    file: 'libs/service/src/config.ts',
    from: "s.secret ? '***' : scrub(",
    to: 'scrub(',
    test: {
      suite: 'unit',
      file: 'libs/service/src/config.spec.ts',
      name: 'hides secrets and passwords inside addresses',
    },
  },
  {
    id: 'service/pasted-secret-not-repeated',
    promise: 'A token pasted into the settings by mistake would be repeated in an error.',
    file: 'libs/service/src/secrets.ts',
    from: "'(not shown)'",
    to: 'reference',
    test: { suite: 'unit', file: 'libs/service/src/secrets.spec.ts', name: 'does not repeat a secret' },
  },
  {
    id: 'service/seal-names-its-key',
    promise: 'After a change of keys nobody could open what was sealed: no shopper could be reached any more.',
    file: 'libs/service/src/sealer.ts',
    from: 'const head = `v1.${this.sealingKeyId}`;',
    to: 'const head = `v1.${[...this.keys.keys()].at(-1)}`;',
    test: { suite: 'unit', file: 'libs/service/src/sealer.spec.ts', name: 'seals with the first key' },
  },
];
