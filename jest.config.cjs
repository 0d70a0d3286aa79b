/**
 * Three suites, chosen by file name: `unit` (pure, instant), `int` (real Kafka, Redis, Postgres) and `flow` (all
 * services, event to phone). `int` and `flow` share one set of servers, started by tests/servers.setup.mjs.
 */
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      swcrc: false,
      module: { type: 'es6' },
      sourceMaps: 'inline',
      jsc: {
        target: 'es2022',
        keepClassNames: true,
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      },
    },
  ],
};

const suite = {
  rootDir: __dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^@beckon/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.beckon/'],
  transform,
};

const servers = {
  globalSetup: '<rootDir>/tests/servers.setup.mjs',
  globalTeardown: '<rootDir>/tests/servers.teardown.mjs',
};

module.exports = {
  maxWorkers: 2,
  workerIdleMemoryLimit: '700MB',
  testTimeout: 60_000,
  projects: [
    {
      ...suite,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs,tests,bench,proof}/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.int\\.spec\\.ts$', '\\.flow\\.spec\\.ts$'],
    },
    { ...suite, ...servers, displayName: 'int', testMatch: ['<rootDir>/{apps,libs,tests,proof}/**/*.int.spec.ts'] },
    { ...suite, ...servers, displayName: 'flow', testMatch: ['<rootDir>/{apps,libs,tests,proof}/**/*.flow.spec.ts'] },
  ],
};
