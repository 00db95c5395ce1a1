import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', testing: 'src/testing/index.ts', websocket: 'src/websocket/index.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  clean: true,
  splitting: true,
  target: 'node20',
  // These are ES modules only: bundled, so that `require('sluice')` works on every Node 20.
  noExternal: ['p-limit', 'yocto-queue', 'tinyqueue', 'url-template'],
});
