import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pageParts } from '../../scripts/page-parts.ts';
import { type STAND_INS, webParts } from '../../scripts/web-parts.ts';
import type * as sluice from '../../src/index.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { root } from '../architecture/imports.ts';

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(root, 'node_modules', '.web-'));
  server = await startServer();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.close();
});

/** A build as `tsup.config.ts` makes it, of the sources. */
async function built(kind: keyof typeof STAND_INS, name: string = kind) {
  const outdir = join(folder, name);
  const { metafile, warnings, outputFiles } = await build({
    entryPoints: { index: join(root, 'src/index.ts'), cache: join(root, 'src/cache/index.ts') },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    packages: 'external',
    metafile: true,
    minify: true,
    logLevel: 'silent',
    write: false,
    plugins: kind === 'browser' ? [pageParts(), webParts(kind)] : [webParts(kind)],
  });
  mkdirSync(outdir);
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const foreign = new Set(imports.filter(({ external }) => external).map(({ path }) => path));
  const module = (await import(pathToFileURL(join(outdir, 'index.js')).href)) as typeof sluice;
  return { warnings, foreign: [...foreign].sort(), module, outdir };
}

describe('the files that stand in for others', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const standIns = files.filter((file) => /\.(?:web|browser)\.ts$/.test(file));

  it('each have the one whose place they take', () => {
    const orphans = standIns.filter(
      (file) => !existsSync(join(root, 'src', file.replace(/\.(?:web|browser)\.ts$/, '.ts'))),
    );
    expect(standIns.length).toBeGreaterThan(10);
    expect(orphans).toEqual([]);
  });
});

describe('the build for browsers', () => {
  let found: Awaited<ReturnType<typeof built>>;
  beforeAll(async () => {
    found = await built('browser');
  });

  it('has nothing of Node, nor a package that only Node needs', () => {
    expect(found.warnings).toEqual([]);
    expect(found.foreign).toEqual(['p-limit', 'tinyqueue']);
  });

  it('exports what the package exports', async () => {
    expect(Object.keys(found.module).sort()).toEqual(Object.keys(await import('../../src/index.ts')).sort());
  });

  it('sends over fetch, and loads the layers that a call asks for', async () => {
    const { Client, httpErrors: _, isServerError } = found.module;
    const client = new Client({ baseUri: `${server.origin}/`, retry: 0 });
    expect(client.stack?.names).toEqual(new (await import('../../src/client/client.ts')).Client().stack?.names);
    expect(await client.post('anything', { json: { a: 1 } }).json()).toMatchObject({ body: '{"a":1}' });
    const signed = await client.get('anything', { auth: ['user', 'password'] }).json<{ headers: object }>();
    expect(signed.headers).toMatchObject({ authorization: `Basic ${btoa('user:password')}` });
    const slow = client.get('status/503', { retry: { limit: 1, delay: () => 0 }, delay: 1 });
    expect(await slow.catch((error: unknown) => error)).toSatisfy(isServerError);
    expect((await client.get('redirect/2')).redirects).toHaveLength(2);
    expect((await client.get('redirect/2', { allowRedirects: { max: 3 } })).redirects).toHaveLength(2);
    expect((await client.get('redirect/1', { allowRedirects: false })).status).toBe(302);
    expect(await (await client.fetch(`${server.origin}/json`)).json()).toEqual(await client.get('json').json());
    const pages = client.paginate<unknown>('json', { items: (response) => [response.status], next: () => undefined });
    for await (const status of pages) expect(status).toBe(200);
    const written: string[] = [];
    await client.get('empty', { debug: { write: (text: string) => written.push(text) } });
    expect(written.join('')).toContain('> GET /empty');
    await client.close();
  });

  it('loads what writes and reads the messages of few calls', async () => {
    const { Client, fetchHandler, HandlerStack } = found.module;
    const client = new Client({ baseUri: `${server.origin}/` });
    const answering = (body: string) =>
      new Client({ handler: HandlerStack.create(fetchHandler(async () => new Response(body))) }).get('http://h.test/');
    const filled = client.get('anything{/part}', { uriVars: { part: 'a b' } }).json<{ url: string }>();
    expect((await filled).url).toContain('/anything/a%20b');
    const parts = [{ name: 'a', contents: { b: 'c' } }];
    const sent = client.post('anything', { multipart: parts }).json<{ body: string }>();
    expect((await sent).body).toContain('name="a[b]"\r\n\r\nc');
    const values: unknown[] = [];
    for await (const value of (await answering('{"a":1}\n{"a":2}')).ndjson()) values.push(value);
    for await (const { data } of (await answering('data: x\n\n')).events()) values.push(data);
    expect(values).toEqual([{ a: 1 }, { a: 2 }, 'x']);
    const wanted = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'not so' }] }) },
    };
    await expect(client.get('json').json(wanted as never)).rejects.toMatchObject({ code: 'ERR_BODY_SCHEMA' });
    const written: Uint8Array[] = [];
    const sink = new WritableStream<Uint8Array>({ write: (chunk) => void written.push(chunk) });
    await client.post('echo', { body: 'to the sink', sink });
    expect(Buffer.concat(written).toString()).toContain('to the sink');
    await expect(client.get('status/404')).rejects.toMatchObject({
      message: expect.stringMatching(/client error 404/),
    });
    await client.close();
  });

  it('stops a call while what it needs is loaded', async () => {
    const { module } = await built('browser', 'fresh');
    const client = new module.Client({ baseUri: `${server.origin}/` });
    const pending = client.get('anything{/part}', { uriVars: { part: 'a' } });
    pending.cancel('enough');
    await expect(pending).rejects.toBe('enough');
    await client.close();
  });

  it('tells a bad answer by its status where the rest cannot be loaded', async () => {
    const { module, outdir } = await built('browser', 'torn');
    for (const file of readdirSync(outdir)) if (file.startsWith('bad-response')) writeFileSync(join(outdir, file), '}');
    const refused = new module.Client({ baseUri: `${server.origin}/` }).get('status/404');
    await expect(refused).rejects.toMatchObject({
      name: 'ClientError',
      message: expect.stringMatching(/status is 404/),
    });
  });

  it('has the default layers in a page that imports the stack alone', async () => {
    const page = join(folder, 'page.mjs');
    const code = `import { fetchHandler, HandlerStack } from './browser/index.js';
      export const names = HandlerStack.create(fetchHandler()).names;`;
    const stdin = { contents: code, resolveDir: folder };
    await build({ stdin, bundle: true, splitting: false, format: 'esm', packages: 'external', outfile: page });
    const { names } = (await import(pathToFileURL(page).href)) as { names: string[] };
    expect(names).toEqual(found.module.HandlerStack.create().names);
  });

  it.each<[string, (module: typeof sluice) => unknown]>([
    ['undiciHandler() needs Node', ({ undiciHandler }) => undiciHandler()],
    ['nodeHttpHandler() needs Node', ({ nodeHttpHandler }) => nodeHttpHandler()],
    ['streamHandler() needs Node', ({ streamHandler }) => streamHandler()],
    ['http2Handler() needs Node', ({ http2Handler }) => http2Handler()],
    ['dnsCache() needs Node', ({ dnsCache }) => dnsCache()],
    ['requestSync needs Node', ({ Client }) => new Client().requestSync('GET', '/')],
    ['client.upgrade needs Node', ({ Client }) => new Client().upgrade('http://h.test/')],
    ['client.download needs Node', ({ Client }) => new Client().download('http://h.test/', 'x')],
    ['FileCookieJar needs Node', ({ FileCookieJar }) => FileCookieJar.open('x')],
    ["credentials: 'include'", ({ CookieJar }) => new CookieJar()],
    ["credentials: 'include'", ({ Client }) => new Client({ cookies: true })],
    [
      'as a Blob or a File',
      ({ Client }) => new Client().post('http://h.test/', { multipart: [{ name: 'f', path: '/f' }] }),
    ],
  ])('says of what it is without: %s', async (words, ask) => {
    const error = await (async () => ask(found.module))().catch((reason: unknown) => reason);
    expect(String(error)).toContain(words);
  });

  it('closes a client whose upgrade could not be loaded', async () => {
    const client = new found.module.Client();
    await client.upgrade('http://h.test/').catch(() => undefined);
    await expect(client.close()).resolves.toBeUndefined();
  });

  it('tells failures by their phase', async () => {
    const { Client, fetchHandler, HandlerStack } = found.module;
    const failing = (fetch: () => Promise<Response>) =>
      new Client({ handler: HandlerStack.create(fetchHandler(fetch)) });
    const lost = failing(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(lost.get('http://h.test/')).rejects.toMatchObject({ name: 'NetworkError', code: 'ERR_NETWORK' });
    const silent = failing(() => new Promise(() => undefined));
    await expect(silent.get('http://h.test/', { headersTimeout: 5 })).rejects.toMatchObject({
      code: 'ERR_TIMEOUT_HEADERS',
      message: expect.stringContaining('no response head came from h.test:80 within headersTimeout (5 ms)'),
    });
    const cut = failing(async () => new Response(new ReadableStream({ pull: (c) => c.error(new Error('gone')) })));
    await expect(cut.get('http://h.test/')).rejects.toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TRUNCATED' });
  });
});

describe('the build for workers', () => {
  it('has of packages what its own cookies need, and keeps cookies, decodes and follows', async () => {
    const { foreign, module, warnings } = await built('worker');
    expect(warnings).toEqual([]);
    expect(foreign).toEqual(['p-limit', 'tinyqueue', 'tough-cookie']);
    const { Client } = module;
    const client = new Client({ baseUri: `${server.origin}/`, cookies: true });
    await client.get('cookies/set?a=1');
    expect(await client.get('cookies').text()).toContain('a');
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    expect((await client.get('gzip')).headers.get('content-encoding')).toBeNull();
    vi.unstubAllGlobals();
    await client.close();
  });
});
