import type { Guard } from '../guard.js';

const signature = 'apps/ingestion/src/inbound/webhooks/signature.ts';
const signatures = 'apps/ingestion/src/inbound/webhooks/signature.spec.ts';
const doors = 'apps/ingestion/src/inbound/webhooks/doors.ts';
const controller = 'apps/ingestion/src/inbound/webhooks/webhooks.controller.ts';
const edge = 'apps/ingestion/src/inbound/webhooks/webhooks.int.spec.ts';
const record = 'apps/ingestion/src/inbound/webhooks/record.ts';
const records = 'apps/ingestion/src/inbound/webhooks/record.spec.ts';
const jws = 'apps/ingestion/src/domain/detached-jws.ts';
const jwsSpec = 'apps/ingestion/src/domain/detached-jws.spec.ts';
const consumers = 'apps/ingestion/src/inbound/source-consumers.ts';
const outside = 'apps/ingestion/src/inbound/outside-cluster.int.spec.ts';

/** Where events come from: nobody speaks for a shop's platform, nothing it says is lost, and no shop disturbs another. */
export const sourceGuards: readonly Guard[] = [
  {
    id: 'sources/webhook-signed',
    promise: 'Anybody who knows the address could tell a shop’s prices and stock.',
    file: controller,
    from: "if (!scheme || verdict === 'unsigned') {",
    to: 'if (!scheme) {',
    test: { suite: 'int', file: edge, name: 'with that of another secret' },
  },
  {
    id: 'sources/signature-covers-the-bytes',
    promise: 'A signed webhook could be changed on its way.',
    file: signature,
    from: 'if (timingSafeEqual(createHmac(algorithm, secret).update(body).digest(), bytes)) fits = true;',
    to: 'if (timingSafeEqual(createHmac(algorithm, secret).update(body).digest(), bytes) || body.length > 0) fits = true;',
    test: { suite: 'unit', file: signatures, name: 'not for other bytes' },
  },
  {
    id: 'sources/old-signature-is-a-replay',
    promise: 'A webhook that somebody caught could be sent again next year.',
    file: signature,
    from: 'if (Math.abs(now - Number(at) * 1000) > TOLERANCE_MS) return false;',
    to: 'if (Math.abs(now - Number(at) * 1000) > 1e6 * TOLERANCE_MS) return false;',
    test: { suite: 'unit', file: signatures, name: 'what was signed long ago is a replay' },
  },
  {
    id: 'sources/jws-by-its-key',
    promise: 'Anybody with an RSA key of their own could sign for a Saleor shop.',
    file: jws,
    from: "return verify('RSA-SHA256', signed, createPublicKey({ key, format: 'jwk' }), bytes);",
    to: "return verify('RSA-SHA256', signed, createPublicKey({ key, format: 'jwk' }), bytes) || bytes.length > 0;",
    test: { suite: 'unit', file: jwsSpec, name: 'another key' },
  },
  {
    id: 'sources/missing-secret-is-not-forgery',
    promise: 'A secret that is not mounted yet would make the platform give up: 401 means never again.',
    file: doors,
    from: "return secrets.length < scheme.secrets.length ? 'no_secret' : 'unsigned';",
    to: "return 'unsigned';",
    test: {
      suite: 'unit',
      file: 'apps/ingestion/src/inbound/webhooks/doors.spec.ts',
      name: 'while a secret is missing',
    },
  },
  {
    id: 'sources/in-kafka-before-200',
    promise: 'A platform would be told “received” for what Kafka refused: stock and prices would be lost.',
    file: controller,
    from: "throw this.notTaken('kafka_away');",
    to: "this.count('kafka_away');",
    test: { suite: 'int', file: edge, name: 'that Kafka does not take' },
  },
  {
    id: 'sources/no-secrets-in-topics',
    promise: 'Passwords of shops would lie in a topic for a week.',
    file: record,
    from: '!secret.has(entry[0]) && ',
    to: "!secret.has('') && ",
    test: { suite: 'unit', file: records, name: 'secrets, signatures' },
  },
  {
    id: 'sources/our-headers-are-ours',
    promise: 'A platform could make its events pass over us with a header that is ours.',
    file: record,
    from: ' && !NOT_THEIRS.test(entry[0])',
    to: " && !NOT_THEIRS.test('')",
    test: { suite: 'unit', file: records, name: 'nobody outside can speak with our own headers' },
  },
  {
    id: 'sources/delivery-once',
    promise: 'What a platform sends again would be folded again, where its format has no version.',
    file: 'apps/ingestion/src/outbound/seen-deliveries.ts',
    from: 'return name === undefined || fresh.delete(name);',
    to: 'return name === undefined || fresh.has(name) || names.has(name);',
    test: { suite: 'int', file: edge, name: 'that is sent again is handled once' },
  },
  {
    id: 'sources/put-back-is-handled',
    promise: 'A webhook that a person puts back from the dead letters would be passed over.',
    file: 'apps/ingestion/src/outbound/seen-deliveries.ts',
    from: 'record.headers[REPLAY_FOR] === undefined ? record.headers[DELIVERY_ID] : undefined;',
    to: 'record.headers[REPLAY_FOR] !== null ? record.headers[DELIVERY_ID] : undefined;',
    test: { suite: 'int', file: edge, name: 'that is sent again is handled once' },
  },
  {
    id: 'sources/others-are-left-alone',
    promise: 'Each change of one source would stop the reading of all others for some seconds.',
    file: 'apps/ingestion/src/domain/wanted-sources.ts',
    from: 'start: wanted.filter((s) => !have.has(id(s))), stop: running.filter((s) => !want.has(id(s)))',
    to: 'start: wanted.filter((s) => have.size >= 0 && id(s) !== ""), stop: running.filter((s) => want.size >= 0 && id(s) !== "")',
    test: { suite: 'unit', file: 'apps/ingestion/src/domain/wanted-sources.spec.ts', name: 'only what changed' },
  },
  {
    id: 'sources/new-password-is-used',
    promise: 'A password that was changed would be noticed only after a restart of everything.',
    file: consumers,
    from: 'const known = { ...source, credentials: connection.fingerprint };',
    to: "const known = { ...source, credentials: '' };",
    test: { suite: 'int', file: outside, name: 'a password that changes' },
  },
  {
    id: 'sources/another-cluster-ends-nobody',
    promise: 'One shop’s cluster that is away would restart the whole service, again and again.',
    file: consumers,
    from: 'if (!reader.outside) return this.o.onGone(error);',
    to: 'if (reader) return this.o.onGone(error);',
    test: { suite: 'unit', file: 'apps/ingestion/src/inbound/source-gone.spec.ts', name: 'another cluster' },
  },
  {
    id: 'sources/stopped-stays-stopped',
    promise: 'A source that was replaced would go on holding partitions that nobody reads.',
    file: 'libs/kafka/src/chunk-consumer.ts',
    from: 'restartOnFailure: () => Promise.resolve(!this.stopping),',
    to: 'restartOnFailure: () => Promise.resolve(true),',
    test: { suite: 'unit', file: 'libs/kafka/src/stopped-for-good.spec.ts', name: 'but not one that was stopped' },
  },
  {
    id: 'sources/password-or-nothing',
    promise: 'A cluster whose password is missing would be asked for a shop’s events without one.',
    file: 'apps/ingestion/src/outbound/outside-cluster.ts',
    from: 'if (secret === undefined) return undefined;',
    to: 'if (secret === undefined) continue;',
    test: {
      suite: 'unit',
      file: 'apps/ingestion/src/outbound/outside-cluster.spec.ts',
      name: 'without one of its secrets',
    },
  },
];
