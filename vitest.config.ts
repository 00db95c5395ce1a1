import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { COUNTED } from './scripts/counted-folders.ts';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // The documentation's snippets and the examples import the package by its name.
    alias: [
      { find: /^sluice$/, replacement: source('index.ts') },
      { find: /^sluice\/testing$/, replacement: source('testing/index.ts') },
      { find: /^sluice\/websocket$/, replacement: source('websocket/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    testTimeout: 15_000,
    setupFiles: ['test/fuzz/seed.ts'],
    // Only `--coverage` reads this. These folders are where a branch that no test took is a rule that nobody holds.
    coverage: {
      provider: 'v8',
      include: COUNTED.map((folder) => `${folder}/**/*.ts`),
      reporter: ['text', 'json', 'json-summary'],
      thresholds: Object.fromEntries(COUNTED.map((folder) => [`${folder}/**/*.ts`, { branches: 95 }])),
    },
    // CI reads the counts from a file.
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'coverage/tests.json' }]] : ['default'],
  },
});
