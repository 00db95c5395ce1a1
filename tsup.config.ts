import { defineConfig, type Options } from 'tsup';

const library: Options = {
  entry: { index: 'src/index.ts', testing: 'src/testing/index.ts', websocket: 'src/websocket/index.ts' },
  dts: true,
  splitting: true,
  target: 'node20',
};

export default defineConfig([
  { ...library, format: 'esm' },
  // These are ES modules only: bundled here, so that `require('sluice')` works on every Node 20.
  { ...library, format: 'cjs', noExternal: ['p-limit', 'yocto-queue', 'tinyqueue', 'url-template'] },
]);
