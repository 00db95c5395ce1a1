import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { COUNTED } from './scripts/counted-folders.ts';
import { LongFirst } from './test/support/long-first.ts';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** The heavy proofs, each of many seconds: `npm run test:deep`. All else is the quick suite, `npm test`. */
const DEEP = [
  'test/client/{client-ends,client-signals,dropped-everywhere,fetch-bombs,first-call}.test.ts',
  'test/call/many-delays.test.ts',
  'test/leaks/**/*.test.ts',
  'test/contract/left-bodies.test.ts',
  'test/cli/{crawl-process,crawl/memory,crawl/politeness}.test.ts',
  'test/security/{bombs,crash,fault-offsets,hostile,pollution,prototype-reads,tiny-chunks}.test.ts',
  'test/middleware/decode-content/bombs.test.ts',
  'test/handlers/http2/ten-thousand.test.ts',
  'test/resilience/ten-thousand-calls.test.ts',
  'test/websocket/{autobahn,full-duplex,held-back}.test.ts',
  'test/download/{killed,stopped-early}.test.ts',
  'test/bullmq/{killed,stood-still}.test.ts',
  'test/crawl/{million-urls,robots-bounds,sitemap,thousand-workers}.test.ts',
  'test/docs/{snippet-types,comparison}.test.ts',
  'test/examples/own-projects.test.ts',
  'test/testing/doubles/record-large.test.ts',
  'test/types/{nameable,strict}.test.ts',
  'test/pool/million.test.ts',
  'test/cache/memory.test.ts',
  'test/scripts/soak.test.ts',
];

/**
 * What changes its process for good, or needs one of its own: it gets one. All else of the quick suite shares three or so,
 * and `test/support/left-behind.ts` holds each file to leave its process as it found it.
 */
const ALONE = [
  // They look for what the garbage collector finds, and a large heap makes it slow.
  'test/client/dropped-responses.test.ts',
  'test/handlers/forgotten-ways.test.ts',
  // Libraries that patch the process when they are loaded, or keep what they were told.
  'test/handlers/form-libraries.test.ts',
  'test/handlers/node/agents.test.ts',
  'test/otel/otel.test.ts',
  'test/docs/links.test.ts',
  // An AsyncLocalStorage that an example keeps for itself, and the code of every page, which may do anything.
  'test/examples/services.test.ts',
  'test/docs/snippets.test.ts',
  // BullMQ waits on for a Redis that went away while it closed.
  'test/bullmq/bad-redis.test.ts',
  // A mocked module, and a second copy of every module.
  'test/crawl/open-file.test.ts',
  'test/client/another-copy.test.ts',
];

export default defineConfig({
  resolve: {
    // The documentation's snippets and the examples import the package by its name.
    alias: [
      { find: /^sluice$/, replacement: source('index.ts') },
      { find: /^sluice\/testing$/, replacement: source('testing/index.ts') },
      { find: /^sluice\/websocket$/, replacement: source('websocket/index.ts') },
      { find: /^sluice\/testing\/matchers$/, replacement: source('testing/matchers/index.ts') },
      { find: /^sluice\/har$/, replacement: source('har/index.ts') },
      { find: /^sluice\/otel$/, replacement: source('otel/index.ts') },
      { find: /^sluice\/cache$/, replacement: source('cache/index.ts') },
      { find: /^sluice\/crawl$/, replacement: source('crawl/index.ts') },
      { find: /^sluice\/bullmq$/, replacement: source('bullmq/index.ts') },
      { find: /^sluice\/resilience$/, replacement: source('resilience/index.ts') },
    ],
  },
  test: {
    // Without `--project`, a run has all.
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [...DEEP, ...ALONE],
          isolate: false,
          setupFiles: ['test/support/left-behind.ts'],
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
      { extends: true, test: { name: 'deep', include: DEEP, testTimeout: 240_000 } },
    ],
    globalSetup: ['test/support/build-once.ts'],
    environment: 'node',
    // Most tests wait for a socket or a process: one more at a time than there are cores keeps the cores busy.
    maxWorkers: availableParallelism() + 1,
    // `--sequence.shuffle.files` finds what depends on the order.
    ...(process.argv.some((one) => one.startsWith('--sequence')) ? {} : { sequence: { sequencer: LongFirst } }),
    // Far above what any test takes: on a loaded machine only what hangs may fail.
    testTimeout: 45_000,
    hookTimeout: 45_000,
    expect: { poll: { timeout: 30_000 } },
    setupFiles: ['test/fuzz/seed.ts', 'test/support/patience.ts'],
    // Only `--coverage` reads this. These folders are where a branch that no test took is a rule that nobody holds.
    coverage: {
      provider: 'v8',
      include: COUNTED.map((folder) => `${folder}/**/*.ts`),
      reporter: ['text', 'json', 'json-summary'],
      thresholds: Object.fromEntries(COUNTED.map((folder) => [`${folder}/**/*.ts`, { branches: 95 }])),
    },
    // CI reads the counts from a file, of which each of its two runs names its own.
    reporters: process.env['CI'] ? ['default', 'json'] : ['default'],
    outputFile: { json: 'coverage/tests.json' },
  },
});
