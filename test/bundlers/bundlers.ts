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
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { Client } from 'sluice';
const server = createServer((request, response) => {
  let size = 0;
  request.on('data', (chunk) => { size += chunk.length; });
  request.on('end', () => response.end(JSON.stringify({ method: request.method, size })));
});
// RFC 6455 sections 4.2.2 and 5.2: the handshake, one unmasked frame of text, and a close.
server.on('upgrade', (request, socket) => {
  if (request.url !== '/talk') return void socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n');
  const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  socket.write(Buffer.from([0x81, 2, 0x68, 0x69]));
  socket.once('data', () => socket.end(Buffer.from([0x88, 2, 0x03, 0xe8])));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const client = new Client({ baseUri: 'http://127.0.0.1:' + server.address().port + '/' });
const assert = (fact, what) => { if (!fact) throw new Error('not so: ' + what); };
assert((await client.get('x').json()).method === 'GET', 'a request');
assert((await client.post('x', { body: ['a', 'b'], stream: true }).json()).size === 2, 'a stream');
assert((await client.get('x', { version: '1.1', expect: true }).json()).method === 'GET', 'node:http');
const talk = await client.upgrade('talk');
assert((await talk.receive()).data === 'hi', 'a message over WebSocket');
await talk.close();
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

/** The package's command, made into few files or one: it asks a server for a page, and says which packages it is without. */
const ASK = `
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
const [file, ...before] = process.argv.slice(2);
const run = (...args) => new Promise((resolve) => execFile(file, [...before, ...args], (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr })));
const server = createServer((request, response) => response.end('page ' + request.url));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = 'http://127.0.0.1:' + server.address().port + '/x';
const got = await run('get', url);
const shared = await run('crawl', url, '--redis', 'redis://127.0.0.1:1', '--name', 'x');
server.close();
const isRight = got.stdout === 'page /x' && shared.code === 2 && /--redis needs .*(?:npm install|bundle)/.test(shared.stderr);
console.log(isRight ? 'all is well' : JSON.stringify([got, shared]));
`;

/** A runtime of the edge: no module of Node, and the globals of the web. */
const EDGE = `
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { EdgeVM } from '@edge-runtime/vm';
const server = createServer((request, response) => response.end('hello ' + request.method));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const vm = new EdgeVM();
vm.evaluate(readFileSync('out/app.js', 'utf8'));
console.log(await vm.evaluate('app').run('http://127.0.0.1:' + server.address().port + '/'));
// Connections that are kept would hold it.
process.exit(0);
`;

/** What React Native's engine has of the web, and nothing of Node: `require`, `process` and `Buffer` are not there. */
const NATIVE = `
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
const server = createServer((request, response) => response.end('hello ' + request.method));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const web = { fetch, Request, Response, Headers, URL, URLSearchParams, AbortController, AbortSignal, Blob, FormData, ReadableStream, WritableStream, TransformStream, TextEncoder, TextDecoder, setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, performance, console, crypto, DOMException, Event, EventTarget, Uint8Array, ArrayBuffer };
const context = createContext(web);
runInContext(readFileSync('out/app.js', 'utf8'), context);
console.log(await runInContext('app', context).run('http://127.0.0.1:' + server.address().port + '/'));
// Connections that are kept would hold it.
process.exit(0);
`;

const EDGE_APP = `
import { Client } from 'sluice';
import { memoryCache } from 'sluice/cache';
import { retry } from 'sluice';
import { breaker } from 'sluice/resilience';
async function run(url) {
  const client = new Client({ cache: memoryCache() });
  const texts = [await client.get(url).text(), await client.post(url, { json: { a: 1 } }).text()];
  const refused = await client.download(url, 'x').then(() => 'saved', (error) => error.message);
  const isRight = texts.join() === 'hello GET,hello POST' && /^client.download needs Node.*build/.test(refused) && breaker !== retry;
  return isRight ? 'all is well' : texts.join() + ' ' + refused;
}
globalThis.app = { run };
`;

const underCondition = (condition: string, host: string): Recipe => ({
  files: { 'app.js': EDGE_APP, 'host.js': host },
  build: [
    [
      bin('esbuild'),
      'app.js',
      '--bundle',
      '--platform=neutral',
      `--conditions=${condition},import`,
      '--main-fields=module,main',
      '--format=iife',
      '--outfile=out/app.js',
      '--log-level=warning',
    ],
  ],
  start: [process.execPath, 'host.js'],
});

/** From `out/app.js` to a single executable. */
const SINGLE: Recipe['build'] = [
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
];
const SEA = '{ "main": "out/app.js", "output": "out/sea.blob", "disableExperimentalSEAWarning": true }';

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
  'cli-esbuild': {
    files: { 'ask.js': ASK },
    build: [
      [
        bin('esbuild'),
        '../../node_modules/sluice/dist/cli.js',
        '--bundle',
        '--platform=node',
        '--format=esm',
        // Its optional packages stay outside, and are asked for when they are needed.
        '--external:bullmq',
        '--external:ioredis',
        '--splitting',
        '--outdir=out',
        "--banner:js=import { createRequire as requiring } from 'node:module'; const require = requiring(import.meta.url);",
        '--log-level=error',
      ],
    ],
    start: [process.execPath, 'ask.js', process.execPath, './out/cli.js'],
  },
  'edge-light': underCondition('edge-light', EDGE),
  'react-native': underCondition('react-native', NATIVE),
  sea: {
    files: {
      'app.js': RUN,
      'package.json': '{ "type": "commonjs" }',
      'sea.json': SEA,
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
      ...SINGLE,
    ],
    start: ['out/single'],
  },
  'cli-sea': {
    files: { 'ask.mjs': ASK, 'package.json': '{ "type": "commonjs" }', 'sea.json': SEA },
    build: [
      [
        bin('esbuild'),
        '../../node_modules/sluice/dist/cli.js',
        '--bundle',
        '--platform=node',
        '--format=cjs',
        '--external:bullmq',
        '--external:ioredis',
        '--outfile=out/app.js',
        '--log-level=warning',
      ],
      ...SINGLE,
    ],
    start: [process.execPath, 'ask.mjs', './out/single'],
  },
};
