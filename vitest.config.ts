import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

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
    // CI reads the counts from a file.
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'coverage/tests.json' }]] : ['default'],
  },
});
