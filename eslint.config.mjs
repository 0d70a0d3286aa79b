/**
 * Lint guards what the compiler cannot see: the walls between services and around their decisions, promises that
 * nobody waits for, and values without a type. Layout is Prettier's business.
 */
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const services = ['optin', 'ingestion', 'matching', 'throttling', 'delivery', 'sandbox', 'cli', 'local', 'console'];

/**
 * No service imports another: they meet on topics and over HTTP. `bench/` is no service and may import all of them (as
 * `@beckon/<service>/dist/...`): what it measures is their own code.
 */
const otherApps = [
  { regex: `^@beckon/(${services.join('|')})(/|$)`, message: 'No service imports another; they meet on topics.' },
  { regex: '(^|/)apps/', message: 'No service imports another; they meet on topics.' },
];

/** Jest on Node 20 cannot load a CommonJS package that requires NestJS, which is ES modules only. */
const commonJsNest = {
  regex: '^(nestjs-(?!zod)|@nestjs/(typeorm|config|swagger|schedule|bull)|@willsoto/nestjs|@bull-board/nestjs)',
  message: 'This package requires @nestjs from CommonJS: tests cannot load it. Wire the library yourself.',
};

/** `domain/` decides; it is handed facts and the time, and returns what should happen and why. */
const outsideOfDecisions = [
  {
    regex: '^(@nestjs/|kafkajs|ioredis|typeorm|pg$|undici|pino|reflect-metadata|express|@opentelemetry/)',
    message: 'domain/ holds pure decisions: hand it values, and let inbound/ and outbound/ use this.',
  },
  {
    regex: '^(node:)?(fs|http|https|http2|net|tls|dns|dgram|child_process|process|os|timers)(/|$)',
    message: 'domain/ does no I/O and reads no clock or environment.',
  },
  {
    regex: '^@beckon/(service|kafka|stack|settings)(/|$)',
    message: 'domain/ may use only @beckon/contracts and @beckon/messenger.',
  },
  { regex: '(^|/)(inbound|outbound)(/|$)', message: 'Arrows point inwards: inbound/ and outbound/ import domain/.' },
  { regex: '(^|/)(config|main|metrics|[\\w-]+\\.module)\\.js$', message: 'domain/ knows neither knobs nor wiring.' },
];

/** Values that a decision must be handed. */
const handedToDecisions = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Take the time as an argument.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take the time as an argument.' },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Take chance as an argument.',
  },
  { selector: "CallExpression[callee.object.name='performance']", message: 'Take the time as an argument.' },
  {
    selector: 'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate|fetch)$/]',
    message: 'domain/ only decides.',
  },
];

/** docs/decisions/0011: the planner may run such a SELECT once for each row. */
const lockedOnce = {
  selector: 'TemplateElement[value.raw=/\\bIN\\s*\\(\\s*SELECT[\\s\\S]*SKIP LOCKED/]',
  message: 'Write `= ANY (ARRAY(SELECT … SKIP LOCKED))`: this SELECT may run once for each row (docs/decisions/0011).',
};

const imports = (...patterns) => ['error', { patterns }];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.beckon/**',
      '.nx/**',
      'coverage/**',
      'docs/generated/**',
      'bench/results/**',
    ],
  },
  js.configs.recommended,
  {
    languageOptions: { globals: nodeGlobals() },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { project: './tsconfig.lint.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-this-alias': ['error', { allowedNames: ['self'] }],
      // Nest finds classes by value at run time: `import type` only where the compiler asks for it.
      '@typescript-eslint/consistent-type-imports': 'off',
    },
  },
  {
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    rules: {
      'no-restricted-imports': imports(...otherApps, commonJsNest),
      'no-restricted-syntax': ['error', lockedOnce],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings are read in config.ts (libs/service) and handed on.' },
      ],
    },
  },
  {
    files: ['apps/*/src/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': imports(...otherApps, commonJsNest, ...outsideOfDecisions),
      'no-restricted-syntax': ['error', lockedOnce, ...handedToDecisions],
      'no-restricted-globals': ['error', 'process', 'fetch'],
    },
  },
  {
    // The judge shares nothing with the judged: a mistake that both sides share would be seen by neither.
    files: ['proof/checker/**/*.ts'],
    rules: {
      'no-restricted-imports': imports(
        { regex: '^@beckon/', message: 'The checker shares no code with what it judges.' },
        { regex: '(^|/)(apps|libs|tests|world|load)/', message: 'The checker reads the files of a run, nothing else.' },
        { regex: '^(kafkajs|pg|ioredis|undici)$', message: 'The checker reads the files of a run, nothing else.' },
      ),
    },
  },
  {
    // The only readers of the environment: each hands it on as a value. Specs set up processes and address servers.
    files: [
      '**/config.ts',
      '**/environment.ts',
      '**/main.ts',
      'apps/cli/src/terminal.ts',
      'libs/service/src/secrets.ts',
      '**/*.spec.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // The phone page runs in a browser.
    files: ['apps/*/public/**/*.js'],
    languageOptions: { globals: browserGlobals() },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' },
    },
  },
);

function browserGlobals() {
  const names =
    'document window location navigator localStorage matchMedia addEventListener innerWidth EventSource ' +
    'URLSearchParams';
  return Object.fromEntries(names.split(' ').map((name) => [name, 'readonly']));
}

function nodeGlobals() {
  const names =
    'process console performance setTimeout clearTimeout setInterval clearInterval setImmediate Buffer URL fetch ' +
    'AbortController AbortSignal structuredClone queueMicrotask globalThis TextEncoder TextDecoder';
  return Object.fromEntries(names.split(' ').map((name) => [name, 'readonly']));
}
