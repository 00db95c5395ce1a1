import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneCore } from '../scripts/one-core.ts';
import { root } from './architecture/imports.ts';

const run = promisify(execFile);
let folder: string;

/** Prints, after the import, which modules a process has loaded: CommonJS ones by path, built-in ones by name. */
const REPORT = `
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
process.stdout.write(JSON.stringify({ files: Object.keys(require.cache), builtins: process.moduleLoadList }));
`;

async function loadedBy(code: string): Promise<{ files: string[]; builtins: string[] }> {
  const path = join(folder, 'probe.mjs');
  writeFileSync(path, `${code}\n${REPORT}`);
  const { stdout } = await run(process.execPath, [path], { maxBuffer: 10_000_000 });
  return JSON.parse(stdout) as { files: string[]; builtins: string[] };
}

/** The files that are read with this one, itself included. */
function readWith(path: string, met = new Set<string>()): Set<string> {
  if (met.has(path)) return met;
  met.add(path);
  const imported = readFileSync(path, 'utf8').matchAll(
    /^(?:import|export)\b[^;]*?\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"/gm,
  );
  for (const [, from, bare] of imported) readWith(join(dirname(path), (from ?? bare)!), met);
  return met;
}

describe('importing the package', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(root, 'node_modules', '.probe-'));
    await build({
      entry: { index: join(root, 'src/index.ts') },
      outDir: join(folder, 'dist'),
      format: ['esm'],
      splitting: true,
      silent: true,
      // As the package is cut.
      esbuildPlugins: [oneCore(join(root, 'src/index.ts'))],
      config: false,
      clean: false,
      dts: false,
    });
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('reads two files, the entry and the library, and no package', () => {
    // Node takes a good part of a millisecond to find, read and link each.
    expect([...readWith(join(folder, 'dist/index.js'))]).toHaveLength(2);
  });

  it('loads no built-in module that a program without it does not load', async () => {
    const bare = await loadedBy('');
    const { builtins } = await loadedBy("import './dist/index.js';");
    expect(builtins.filter((name) => name.startsWith('NativeModule') && !bare.builtins.includes(name))).toEqual([]);
  });

  it('loads no transport and no cookie library', async () => {
    const bare = await loadedBy('');
    const { files, builtins } = await loadedBy("import './dist/index.js';");
    const extra = builtins.filter((name) => !bare.builtins.includes(name));
    const transports = /NativeModule (?:_http|http|https|http2|net|tls|undici|internal\/deps\/undici|zlib|dns)/;
    expect(files.filter((path) => /node_modules\/(?:undici|tough-cookie|tldts|ws)\//.test(path))).toEqual([]);
    expect(extra.filter((name) => transports.test(name))).toEqual([]);
  });

  it('loads the client of undici, and nothing more of it, with the first request', async () => {
    const { files } = await loadedBy(`
      import { Client } from './dist/index.js';
      await new Client({ connectTimeout: 1000 }).attempt('GET', 'http://127.0.0.1:1/');
    `);
    const undici = files.filter((path) => path.includes('node_modules/undici/'));
    expect(undici.filter((path) => path.endsWith('/dispatcher/client.js'))).toHaveLength(1);
    expect(undici.filter((path) => /\/(?:index|fetch|cache|websocket)\b/.test(path))).toEqual([]);
  });

  it('loads no fetch of the runtime with a client, its first request and its answer', async () => {
    const { builtins } = await loadedBy(`
      import { createServer } from 'node:http';
      import { once } from 'node:events';
      import { Client } from './dist/index.js';
      const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const client = new Client({ baseUri: 'http://127.0.0.1:' + server.address().port, cookies: true });
      await client.get('/').json();
      await client.post('/', { json: {}, retry: 1 }).text();
      await client.attempt('GET', 'http://127.0.0.1:1/');
      await client.close();
      server.close();
    `);
    // In Node 24 a program that imports `node:http` has it already.
    const { builtins: usual } = await loadedBy(`import { createServer } from 'node:http'; createServer();`);
    expect(builtins.filter((name) => name.includes('deps/undici') && !usual.includes(name))).toEqual([]);
  });
});
