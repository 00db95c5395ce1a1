/** Each bundler: the files of an app, how it is bundled into `out`, and how what came out is started. */
export interface Recipe {
  readonly files: Readonly<Record<string, string>>;
  readonly build: readonly (readonly string[])[];
  readonly start?: readonly string[];
}

const bin = (name: string): string => `../../node_modules/.bin/${name}`;

const PAGE = `
import { Client, get } from 'sluice';
import { memoryCache } from 'sluice/cache';
import { har } from 'sluice/har';
import { otel } from 'sluice/otel';
const client = new Client({ cache: memoryCache() });
globalThis.app = { har, otel, get, client, download: client.download, upgrade: client.upgrade };
`;

const WEBPACK = (target: string): string => `
export default { mode: 'production', target: '${target}', entry: './app.js', performance: false, output: { path: import.meta.dirname + '/out', clean: true } };
`;

export const pages: Readonly<Record<string, Recipe>> = {
  esbuild: {
    files: { 'app.js': PAGE },
    build: [
      [
        bin('esbuild'),
        'app.js',
        '--bundle',
        '--minify',
        '--splitting',
        '--format=esm',
        '--outdir=out',
        '--log-level=warning',
      ],
    ],
  },
  'esbuild-worker': {
    files: { 'app.js': PAGE },
    build: [
      [
        bin('esbuild'),
        'app.js',
        '--bundle',
        '--minify',
        '--format=esm',
        '--outfile=out/app.js',
        '--platform=browser',
        '--log-level=warning',
      ],
    ],
  },
  rollup: {
    files: {
      'app.js': PAGE,
      'rollup.config.js': `
import resolve from '@rollup/plugin-node-resolve';
export default { input: 'app.js', output: { dir: 'out', format: 'es' }, plugins: [resolve({ browser: true })] };
`,
    },
    build: [[bin('rollup'), '-c', '--silent', '--failAfterWarnings']],
  },
  vite: {
    files: {
      'app.js': PAGE,
      'index.html': '<script type="module" src="/app.js"></script>',
      'vite.config.js': "export default { logLevel: 'warn', build: { outDir: 'out', target: 'esnext' } };",
    },
    build: [[bin('vite'), 'build']],
  },
  webpack: {
    files: { 'app.js': PAGE, 'webpack.config.mjs': WEBPACK('web') },
    build: [[bin('webpack'), '--stats', 'errors-warnings']],
  },
  'webpack-worker': {
    files: { 'app.js': PAGE, 'webpack.config.mjs': WEBPACK('webworker') },
    build: [[bin('webpack'), '--stats', 'errors-warnings']],
  },
};

/** Asks a server of its own in every way; what cannot work must say what to do. */
const SERVER = `
import { createServer } from 'node:http';
import { Client } from 'sluice';
const server = createServer((request, response) => {
  let size = 0;
  request.on('data', (chunk) => { size += chunk.length; });
  request.on('end', () => response.end(JSON.stringify({ method: request.method, size })));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const client = new Client({ baseUri: 'http://127.0.0.1:' + server.address().port + '/' });
const assert = (fact, what) => { if (!fact) throw new Error('not so: ' + what); };
assert((await client.get('x').json()).method === 'GET', 'a request');
assert((await client.post('x', { body: ['a', 'b'], stream: true }).json()).size === 2, 'a stream');
assert((await client.get('x', { version: '1.1', expect: true }).json()).method === 'GET', 'node:http');
const refused = await client.upgrade('x').catch((error) => error);
assert(refused.response?.status === 200, 'the answer to an upgrade: ' + refused);
try {
  // Its server is in this thread, which sleeps meanwhile: a time is all that it can tell of.
  client.requestSync('GET', 'x', { timeout: 300 });
  assert(false, 'an answer of nobody');
} catch (error) {
  assert(/timeout|ERR_UNSUPPORTED|sync-worker/.test(error.code + error.message), 'requestSync says what to do: ' + error);
  console.log('requestSync: ' + error.message);
}
await client.close();
server.close();
console.log('all is well');
`;
const RUN = `(async () => {${SERVER.replace(/^import \{ (\w+) \} from '([^']+)';$/gm, "const { $1 } = require('$2');")}})().catch((error) => { console.error(error); process.exit(1); });`;

export const servers: Readonly<Record<string, Recipe>> = {
  esbuild: {
    files: { 'app.js': RUN, 'package.json': '{ "type": "commonjs" }' },
    build: [
      [
        bin('esbuild'),
        'app.js',
        '--bundle',
        '--platform=node',
        '--format=cjs',
        '--outfile=out/app.js',
        '--log-level=warning',
      ],
    ],
  },
  'esbuild-esm': {
    files: { 'app.js': SERVER },
    build: [
      [
        bin('esbuild'),
        'app.js',
        '--bundle',
        '--platform=node',
        '--format=esm',
        '--outfile=out/app.js',
        "--banner:js=import { createRequire as requiring } from 'node:module'; const require = requiring(import.meta.url);",
      ],
    ],
  },
  rollup: {
    files: {
      'app.js': SERVER,
      'rollup.config.js': `
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import resolve from '@rollup/plugin-node-resolve';
export default { input: 'app.js', output: { dir: 'out', format: 'es' }, plugins: [resolve({ exportConditions: ['node'], preferBuiltins: true }), commonjs(), json()] };
`,
    },
    build: [[bin('rollup'), '-c', '--silent']],
  },
  'vite-ssr': {
    files: {
      'app.js': SERVER,
      'vite.config.js':
        "export default { logLevel: 'warn', build: { ssr: 'app.js', outDir: 'out', target: 'esnext' }, ssr: { noExternal: true } };",
    },
    build: [[bin('vite'), 'build']],
  },
  webpack: {
    files: {
      'app.js': SERVER,
      'webpack.config.mjs': `
export default { mode: 'production', target: 'node20', entry: './app.js', performance: false, experiments: { outputModule: true },
  output: { path: import.meta.dirname + '/out', filename: 'app.js', module: true, chunkFormat: 'module' } };
`,
    },
    build: [[bin('webpack'), '--stats', 'errors-only']],
  },
  ncc: {
    files: { 'app.js': RUN, 'package.json': '{ "type": "commonjs" }' },
    build: [[bin('ncc'), 'build', 'app.js', '-o', 'out', '-q']],
    start: [process.execPath, 'out/index.js'],
  },
  sea: {
    files: {
      'app.js': RUN,
      'package.json': '{ "type": "commonjs" }',
      'sea.json': '{ "main": "out/app.js", "output": "out/sea.blob", "disableExperimentalSEAWarning": true }',
    },
    build: [
      [
        bin('esbuild'),
        'app.js',
        '--bundle',
        '--platform=node',
        '--format=cjs',
        '--outfile=out/app.js',
        '--log-level=warning',
      ],
      [process.execPath, '--experimental-sea-config', 'sea.json'],
      ['cp', process.execPath, 'out/single'],
      [
        bin('postject'),
        'out/single',
        'NODE_SEA_BLOB',
        'out/sea.blob',
        '--sentinel-fuse',
        'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
      ],
    ],
    start: ['out/single'],
  },
};
