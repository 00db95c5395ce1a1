import { defineConfig, type Options } from 'tsup';
import { notices } from './scripts/notices.ts';
import { oneCore } from './scripts/one-core.ts';

const entry = { index: 'src/index.ts', testing: 'src/testing/index.ts', websocket: 'src/websocket/index.ts' };
/** What only the library itself loads: the thread of `requestSync`. */
const own = { 'sync-worker': 'src/sync/worker.ts' };
const esbuildPlugins = [notices('dist/THIRD-PARTY-NOTICES.txt'), oneCore(entry.index)];
const library: Options = {
  entry: { ...entry, ...own },
  dts: { entry },
  splitting: true,
  target: 'node20',
  esbuildPlugins,
  // Three are ES modules only: `require('sluice')` works on every Node 20 with them inside. All are a few lines each, and
  // Node would take longer to find them than to run them.
  noExternal: ['p-limit', 'yocto-queue', 'tinyqueue', 'url-template'],
};

export default defineConfig([
  // The command line tool shares the library's chunks; its own parsers are bundled, and nobody installs them.
  { ...library, format: 'esm', entry: { ...entry, ...own, cli: 'src/cli/index.ts' } },
  // Rollup (`treeshake`) writes the chunks as CommonJS; what does it otherwise turns `?.` into closures and takes the
  // classes' names away.
  { ...library, format: 'cjs', shims: true, treeshake: true },
]);
