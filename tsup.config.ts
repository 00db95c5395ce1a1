import { defineConfig, type Options } from 'tsup';
import { notices } from './scripts/notices.ts';

const entry = { index: 'src/index.ts', testing: 'src/testing/index.ts', websocket: 'src/websocket/index.ts' };
const esbuildPlugins = [notices('dist/THIRD-PARTY-NOTICES.txt')];
const library: Options = { entry, dts: true, splitting: true, target: 'node20', esbuildPlugins };

export default defineConfig([
  // The command line tool shares the library's chunks; its own parsers are bundled, and nobody installs them.
  { ...library, format: 'esm', entry: { ...entry, cli: 'src/cli/index.ts' }, dts: { entry } },
  // These are ES modules only: bundled here, so that `require('sluice')` works on every Node 20.
  { ...library, format: 'cjs', noExternal: ['p-limit', 'yocto-queue', 'tinyqueue', 'url-template'] },
]);
