import { defineConfig, type Options } from 'tsup';
import { classNames } from './scripts/class-names.ts';
import { notices } from './scripts/notices.ts';
import { oneCore } from './scripts/one-core.ts';
import { pageParts } from './scripts/page-parts.ts';
import { reportPage } from './scripts/report-page.ts';
import { requireInCjs } from './scripts/require-in-cjs.ts';
import { stripComments } from './scripts/strip-comments.ts';
import { webParts } from './scripts/web-parts.ts';

const entry = {
  index: 'src/index.ts',
  testing: 'src/testing/index.ts',
  websocket: 'src/websocket/index.ts',
  cache: 'src/cache/index.ts',
  crawl: 'src/crawl/index.ts',
  bullmq: 'src/bullmq/index.ts',
  har: 'src/har/index.ts',
  otel: 'src/otel/index.ts',
  'testing-matchers': 'src/testing/matchers/index.ts',
  resilience: 'src/resilience/index.ts',
};
/** What only the library itself loads: the thread of `requestSync`. */
const own = { 'sync-worker': 'src/sync-worker.ts' };
const noticed = notices('dist/THIRD-PARTY-NOTICES.txt');
const esbuildPlugins = [noticed, oneCore(entry.index)];
/** What only development depends on is bundled where it is imported: see docs/dependencies.md. */
const library: Options = {
  entry: { ...entry, ...own },
  // What is marked `@internal` is left out of the types.
  dts: { entry, compilerOptions: { stripInternal: true } },
  splitting: true,
  target: 'node20',
  // Without its prefix, a module of Node may be taken for a package of that name.
  removeNodeProtocol: false,
  esbuildPlugins,
};

/** Without Node: what runs in a browser, and in a worker, whose fetch shows cookies and redirects. */
const web = (kind: 'browser' | 'worker'): Options => ({
  entry: {
    index: entry.index,
    cache: entry.cache,
    resilience: entry.resilience,
    har: entry.har,
    otel: entry.otel,
  },
  outDir: `dist/${kind}`,
  format: 'esm',
  platform: 'browser',
  splitting: true,
  target: 'es2022',
  // Every page is minified by whoever bundles it; unminified the two would be a third of what is installed.
  minify: true,
  esbuildPlugins: kind === 'browser' ? [pageParts(), webParts(kind), noticed] : [webParts(kind), ...esbuildPlugins],
});

export default defineConfig([
  // The command line tool shares the library's chunks; its own parsers are bundled, and nobody installs them.
  {
    ...library,
    format: 'esm',
    entry: { ...entry, ...own, cli: 'src/cli/index.ts' },
    esbuildPlugins: [reportPage(), ...esbuildPlugins],
    plugins: [classNames(), stripComments()],
  },
  // Rollup (`treeshake`) writes the chunks as CommonJS; what does it otherwise turns `?.` into closures and takes the
  // classes' names away.
  { ...library, format: 'cjs', shims: true, treeshake: true, plugins: [requireInCjs(), classNames(), stripComments()] },
  web('browser'),
  web('worker'),
]);
