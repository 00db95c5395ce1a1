/**
 * What the kilobytes of a page are: `npx tsx scripts/size-parts.ts` bundles the sources of the client as the build for
 * browsers does, without what is loaded later, and prints the minified bytes of each folder and of its largest files.
 */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { webParts } from './web-parts.ts';

const LARGE = 1000;

const { metafile, outputFiles } = await build({
  stdin: {
    contents: "import { Client } from './src/index.ts'; new Client().get('/x').json();",
    resolveDir: fileURLToPath(new URL('../', import.meta.url)),
  },
  bundle: true,
  format: 'esm',
  minify: true,
  platform: 'browser',
  target: 'es2022',
  metafile: true,
  write: false,
  outdir: 'out',
  logLevel: 'error',
  plugins: [
    {
      name: 'at-once',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^\./ }, ({ kind, path }) =>
          kind === 'dynamic-import' ? { path, external: true } : undefined,
        ),
    },
    webParts('browser'),
  ],
});

const files = Object.values(metafile.outputs)
  .flatMap(({ inputs }) => Object.entries(inputs))
  .map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput }))
  .sort((a, b) => b.bytes - a.bytes);
const folderOf = (path: string) => path.split('/').slice(0, 2).join('/');
const folders = [...new Set(files.map(({ path }) => folderOf(path)))].map(
  (folder) => [folder, files.filter(({ path }) => folderOf(path) === folder)] as const,
);
const sum = (some: typeof files) => some.reduce((total, { bytes }) => total + bytes, 0);

const whole = outputFiles[0]!.contents;
console.log(
  `${whole.byteLength} bytes minified, ${gzipSync(whole, { level: 9 }).byteLength} gzipped; of that minified`,
);
for (const [folder, some] of folders.sort(([, a], [, b]) => sum(b) - sum(a))) {
  console.log(`${String(sum(some)).padStart(7)} ${folder}`);
  for (const { path, bytes } of some) if (bytes >= LARGE) console.log(`${String(bytes).padStart(14)} ${path}`);
}
