import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DownloadOptions } from '../../src/download/download-options.ts';
import { PartialFile } from '../../src/download/partial-file.ts';
import { Client, HandlerStack, HttpRequest, HttpResponse, type Progress } from '../../src/index.ts';
import { mockHandler, startServer, type TestServer } from '../../src/testing/index.ts';
import { seededBytes } from '../../src/testing/site-payload.ts';
import { openFiles } from './open-files.ts';

const SIZE = 300_000;
const bytes = seededBytes(SIZE);
const sha256 = createHash('sha256').update(bytes).digest('hex');
let server: TestServer;
let client: Client;
let folder: string;
let path: string;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  server.clear();
  client = new Client({ baseUri: server.origin });
  folder = await mkdtemp(join(tmpdir(), 'download-'));
  path = join(folder, 'file.bin');
});
afterEach(async () => {
  await client.close();
  await rm(folder, { recursive: true, force: true });
});

/** The header of each request, newest last. */
const sent = (name: string): (string | undefined)[] =>
  server.requests.map(({ headers }) => headers[name] as string | undefined);
const left = async (): Promise<string[]> => (await readdir(folder)).sort();
/** From here on the system has no room for what is written to files by this method, as ENOSPC says. */
async function fullDisk(method: 'write' | 'writeFile', isRefused: (data: unknown) => boolean = () => true) {
  const file = await open(join(folder, 'any'), 'w');
  const prototype = Object.getPrototypeOf(file) as FileHandle;
  await file.close();
  await rm(join(folder, 'any'));
  const real = prototype[method] as (...args: unknown[]) => Promise<unknown>;
  return vi.spyOn(prototype, method as 'writeFile').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
    if (!isRefused(args[0])) return real.apply(this, args) as Promise<void>;
    return Promise.reject(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }));
  } as FileHandle['writeFile']);
}
/** Leaves a partial file: the first `cut` bytes of `/bytes`. */
async function breakAfter(cut: number, options: DownloadOptions = {}): Promise<void> {
  const key = String(Math.random());
  const uri = `/bytes/${SIZE}?cut=${cut}&key=${key}`;
  await expect(client.download(uri, path, options)).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED' });
}
/** The partial file's record, made to be of another address. */
function adopt(uri: string, changes: object = {}): void {
  const record = JSON.parse(readFileSync(`${path}.part.json`, 'utf8'));
  writeFileSync(`${path}.part.json`, JSON.stringify({ ...record, url: server.url(uri), ...changes }));
}
/** The site's bytes behind an answer of the test's own. */
const answer =
  (status: number, headers: Record<string, string>, body: Uint8Array | string = ''): RequestListener =>
  (_, res) => {
    res.writeHead(status, { 'Content-Length': Buffer.byteLength(body), ...headers });
    res.end(body);
  };

describe('a download', () => {
  it('resolves to the response, the path and the bytes, and leaves nothing but the file', async () => {
    const result = await client.download(`/bytes/${SIZE}`, path);
    expect(result).toMatchObject({ path, bytes: SIZE, resumed: false });
    expect(result.response.status).toBe(200);
    expect(result.response.sink).toBe(path);
    expect(await left()).toEqual(['file.bin']);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('makes an empty file of an empty body', async () => {
    expect(await client.download('/bytes/0', path)).toMatchObject({ bytes: 0, resumed: false });
    expect((await readFile(path)).length).toBe(0);
  });

  it.each([204, 205])('makes no file of a %d, which has no content, and leaves what is there', async (status) => {
    const nothing: RequestListener = (_, res) => res.writeHead(status).end();
    server.enqueue(nothing, nothing);
    const result = await client.download('/', path);
    expect([result.response.status, result.response.sink, result.bytes]).toEqual([status, undefined, 0]);
    expect(await left()).toEqual([]);
    writeFileSync(path, 'old');
    await client.download('/', path);
    expect([await left(), readFileSync(path, 'utf8')]).toEqual([['file.bin'], 'old']);
  });

  it('is no success when a 204 comes for a digest', async () => {
    server.enqueue((_, res) => res.writeHead(204).end());
    const asked = client.download('/', path, { digest: { sha256: '0'.repeat(64) } });
    await expect(asked).rejects.toMatchObject({ code: 'ERR_RANGE', message: expect.stringContaining('no content') });
    expect(await left()).toEqual([]);
  });

  it('saves a body of unknown length', async () => {
    expect((await client.download(`/stream-bytes/${SIZE}`, path)).bytes).toBe(SIZE);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('replaces the file of an earlier download', async () => {
    writeFileSync(path, 'old');
    await client.download('/bytes/10', path);
    expect((await readFile(path)).equals(seededBytes(10))).toBe(true);
  });

  it('keeps the file that was there when the new one fails', async () => {
    writeFileSync(path, 'old');
    await breakAfter(1000);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });

  it('saves what a redirect leads to, and not the redirect', async () => {
    const result = await client.download(`/redirect-to?url=${encodeURIComponent(`/bytes/${SIZE}`)}`, path);
    expect(result).toMatchObject({ bytes: SIZE });
    expect(result.response.redirects).toHaveLength(1);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('makes no file when the server refuses', async () => {
    await expect(client.download('/status/404', path)).rejects.toMatchObject({ code: 'ERR_CLIENT_ERROR' });
    expect(await left()).toEqual([]);
  });

  it('makes no file when the connection breaks before the first byte', async () => {
    server.enqueue({ headers: { 'Content-Length': '10' }, body: '', fault: 'close' });
    await expect(client.download('/', path)).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED' });
    expect(await left()).toEqual([]);
  });

  it.each([
    ['an error status with httpErrors: false', '/status/404', { httpErrors: false }, 404],
    ['a redirect with allowRedirects: false', '/redirect/1', { allowRedirects: false }, 302],
  ])('saves nothing of %s, and gives the answer', async (_, uri, options, status) => {
    const { response, bytes: saved } = await client.download(uri, path, options);
    expect([response.status, saved]).toEqual([status, 0]);
    expect(await response.text()).toBeTypeOf('string');
    expect(await left()).toEqual([]);
  });

  it('saves what comes out of a content coding', async () => {
    const text = 'x'.repeat(5000);
    server.enqueue(answer(200, { 'Content-Encoding': 'gzip', ETag: '"g"' }, gzipSync(text)));
    expect((await client.download('/', path)).bytes).toBe(5000);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('tells the progress of the file', async () => {
    const seen: Progress[] = [];
    await client.download(`/bytes/${SIZE}`, path, { progress: (progress) => void seen.push(progress) });
    expect(seen.at(-1)).toEqual({ direction: 'download', transferred: SIZE, total: SIZE });
    expect(seen.map(({ transferred }) => transferred)).toEqual(
      seen.map(({ transferred }) => transferred).sort((a, b) => a - b),
    );
  });

  it('stops when the promise of progress rejects, with its reason as the cause', async () => {
    const cause = new Error('enough');
    const progress = () => Promise.reject(cause) as never;
    await expect(client.download(`/bytes/${SIZE}`, path, { progress })).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      cause,
    });
    expect(existsSync(path)).toBe(false);
  });

  it('stops when progress throws, with what it threw as the cause', async () => {
    const cause = new Error('enough');
    const progress = () => {
      throw cause;
    };
    await expect(client.download(`/bytes/${SIZE}`, path, { progress })).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      cause,
    });
    expect(existsSync(path)).toBe(false);
  });

  it('is bounded by maxResponseSize', async () => {
    const tooLarge = client.download(`/stream-bytes/${SIZE}`, path, { maxResponseSize: 1000 });
    await expect(tooLarge).rejects.toMatchObject({ code: 'ERR_BODY_TOO_LARGE' });
    expect(existsSync(path)).toBe(false);
  });

  it('works over a handler of the user', async () => {
    const mock = mockHandler([new HttpResponse(200, { 'Content-Length': '5' }, 'hello')]);
    const mocked = new Client({ handler: HandlerStack.create(mock) });
    expect((await mocked.download('http://service.example/', path)).bytes).toBe(5);
    expect(readFileSync(path, 'utf8')).toBe('hello');
  });
});

describe('going on from a partial file', () => {
  it('asks for the rest of the same file, without a coding', async () => {
    await breakAfter(100_000);
    expect(await left()).toEqual(['file.bin.part', 'file.bin.part.json']);
    adopt(`/bytes/${SIZE}`);
    const result = await client.download(`/bytes/${SIZE}`, path);
    expect(result).toMatchObject({ bytes: SIZE, resumed: true });
    expect(sent('range').at(-1)).toBe(`bytes=100000-${SIZE - 1}`);
    expect(sent('if-range').at(-1)).toBe(`"${SIZE}-0"`);
    expect(sent('accept-encoding').at(-1)).toBe('identity');
    expect(await left()).toEqual(['file.bin']);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('goes on within the call as often as retry allows', async () => {
    const uri = `/bytes/${SIZE}?cut=70000&times=3&key=within`;
    const result = await client.download(uri, path, { retry: { limit: 3, delay: () => 0 } });
    expect(result).toMatchObject({ bytes: SIZE, resumed: true });
    expect(sent('range')).toEqual([undefined, ...[70_000, 140_000, 210_000].map((at) => `bytes=${at}-${SIZE - 1}`)]);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('gives up after the last retry, and leaves what is there', async () => {
    const uri = `/bytes/${SIZE}?cut=70000&times=9&key=bounded`;
    const failed = client.download(uri, path, { retry: { limit: 2, delay: () => 0 } });
    await expect(failed).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED' });
    expect(server.requests).toHaveLength(3);
    expect(readFileSync(`${path}.part`).length).toBe(210_000);
  });

  it('starts anew when the file has changed behind its ETag', async () => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}?seed=1`);
    const result = await client.download(`/bytes/${SIZE}?seed=1`, path);
    expect(result).toMatchObject({ bytes: SIZE, resumed: false });
    expect(server.requests).toHaveLength(2);
    expect((await readFile(path)).equals(seededBytes(SIZE, 1))).toBe(true);
  });

  it.each([
    ['its ETag is another', { ETag: '"new"', 'Content-Range': `bytes 100000-${SIZE - 1}/${SIZE}` }],
    ['its length is another', { ETag: `"${SIZE}-0"`, 'Content-Range': `bytes 100000-${SIZE - 1}/${SIZE + 1}` }],
    ['it is coded', { 'Content-Encoding': 'gzip', 'Content-Range': `bytes 100000-${SIZE - 1}/${SIZE}` }],
  ])('starts anew when a part comes and %s', async (_, headers) => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}`);
    server.enqueue(answer(206, headers, bytes.subarray(100_000)));
    expect(await client.download(`/bytes/${SIZE}`, path)).toMatchObject({ bytes: SIZE, resumed: false });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('starts anew when the server ignores ranges', async () => {
    await breakAfter(100_000);
    adopt('/plain');
    server.enqueue(answer(200, {}, bytes));
    expect(await client.download('/plain', path)).toMatchObject({ bytes: SIZE, resumed: false });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it.each([
    ['no Content-Range', {}],
    ['a broken Content-Range', { 'Content-Range': 'bytes 100000-5/x' }],
    ['another start', { 'Content-Range': `bytes 0-${SIZE - 100_001}/${SIZE}` }],
    ['another length than it has', { 'Content-Range': `bytes 100000-200000/${SIZE}` }],
  ])('refuses a part with %s, and leaves what is there', async (_, headers) => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}`);
    server.enqueue(answer(206, headers as Record<string, string>, bytes.subarray(100_000)));
    await expect(client.download(`/bytes/${SIZE}`, path)).rejects.toMatchObject({ code: 'ERR_RANGE' });
    expect(readFileSync(`${path}.part`).equals(bytes.subarray(0, 100_000))).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  it('refuses a part that nobody asked for', async () => {
    server.enqueue(answer(206, { 'Content-Range': 'bytes 0-4/5' }, 'hello'));
    await expect(client.download('/', path)).rejects.toMatchObject({ code: 'ERR_RANGE' });
    expect(await left()).toEqual([]);
  });

  it('asks on when the server sends less than it was asked for', async () => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}`);
    const part = { ETag: `"${SIZE}-0"`, 'Content-Range': `bytes 100000-149999/${SIZE}` };
    server.enqueue(answer(206, part, bytes.subarray(100_000, 150_000)));
    expect(await client.download(`/bytes/${SIZE}`, path)).toMatchObject({ bytes: SIZE, resumed: true });
    expect(sent('range').at(-1)).toBe(`bytes=150000-${SIZE - 1}`);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it.each([true, false])('takes a 416 with the same length for the end (httpErrors: %s)', async (httpErrors) => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}`);
    writeFileSync(`${path}.part`, bytes);
    const result = await client.download(`/bytes/${SIZE}`, path, { httpErrors });
    expect(result).toMatchObject({ bytes: SIZE, resumed: true });
    expect(result.response.status).toBe(416);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('starts anew after a 416 with another length', async () => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}`);
    server.enqueue(answer(416, { 'Content-Range': `bytes */${SIZE - 5}` }));
    expect(await client.download(`/bytes/${SIZE}`, path)).toMatchObject({ bytes: SIZE, resumed: false });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it.each([
    ['another URL', (): void => adopt('/bytes/1')],
    ['no record', (): void => writeFileSync(`${path}.part.json`, '')],
    ['more bytes than the file', (): void => adopt(`/bytes/${SIZE}`, { total: 5 })],
    ['a weak ETag', (): void => adopt(`/bytes/${SIZE}`, { etag: 'W/"1"' })],
  ])('does not go on from a partial file of %s', async (_, change) => {
    await breakAfter(100_000);
    change();
    expect(await client.download(`/bytes/${SIZE}`, path)).toMatchObject({ bytes: SIZE, resumed: false });
    expect(sent('range').at(-1)).toBe(undefined);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('does not go on with resume: false', async () => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}`);
    expect(await client.download(`/bytes/${SIZE}`, path, { resume: false })).toMatchObject({ resumed: false });
    expect(sent('range').at(-1)).toBe(undefined);
  });

  it('goes on by Last-Modified where there is no ETag', async () => {
    const modified = 'Wed, 01 Jan 2020 00:00:00 GMT';
    server.enqueue((_, res) => {
      res.writeHead(200, { 'Content-Length': SIZE, 'Last-Modified': modified });
      res.write(bytes.subarray(0, 50_000), () => res.destroy());
    });
    await expect(client.download(`/bytes/${SIZE}`, path)).rejects.toThrow();
    expect(await client.download(`/bytes/${SIZE}`, path)).toMatchObject({ bytes: SIZE, resumed: true });
    expect(sent('if-range').at(-1)).toBe(modified);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('keeps a secret of the URL out of the record, and goes on with a fresh one', async () => {
    const uri = (token: string) => `/bytes/${SIZE}?cut=9000&key=secret&token=${token}`;
    await expect(client.download(uri('hunter22'), path)).rejects.toThrow();
    expect(readFileSync(`${path}.part.json`, 'utf8')).not.toContain('hunter22');
    expect(await client.download(uri('fresh'), path)).toMatchObject({ resumed: true });
  });

  it('goes on at once after the caller has stopped it', async () => {
    const controller = new AbortController();
    const progress = () => controller.abort(new Error('later'));
    const stopped = client.download(`/bytes/${SIZE}`, path, { signal: controller.signal, progress });
    await expect(stopped).rejects.toThrow('later');
    expect(await client.download(`/bytes/${SIZE}`, path)).toMatchObject({ bytes: SIZE });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });
});

describe('a success that is not the whole', () => {
  const range = { 'Content-Range': `bytes 100000-${SIZE - 1}/${SIZE}`, ETag: `"${SIZE}-0"` };

  it('begins anew when a 200 brings the part and says so', async () => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}`);
    server.enqueue(answer(200, range, bytes.subarray(100_000)));
    expect(await client.download(`/bytes/${SIZE}`, path)).toMatchObject({ bytes: SIZE, resumed: false });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('begins anew when a 200 brings the part and does not say so, with the same strong ETag', async () => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}`);
    server.enqueue(answer(200, { ETag: `"${SIZE}-0"` }, bytes.subarray(100_000)));
    expect(await client.download(`/bytes/${SIZE}`, path)).toMatchObject({ bytes: SIZE, resumed: false });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it.each([
    ['the end', range],
    ['the beginning', { 'Content-Range': `bytes 0-199999/${SIZE}` }],
    ['an unknown share', { 'Content-Range': 'bytes 0-199999/*' }],
  ])('is refused when the whole was asked for and a 200 brings %s', async (_, headers) => {
    writeFileSync(path, 'old');
    server.enqueue(answer(200, headers, bytes.subarray(100_000)));
    await expect(client.download('/', path)).rejects.toMatchObject({ code: 'ERR_RANGE' });
    expect([await left(), readFileSync(path, 'utf8')]).toEqual([['file.bin'], 'old']);
  });

  it.each([`bytes 0-${SIZE - 1}/${SIZE}`, 'bytes */5', 'nonsense'])(
    'is the whole when a 200 says %j',
    async (value) => {
      server.enqueue(answer(200, { 'Content-Range': value }, bytes));
      expect((await client.download('/', path)).bytes).toBe(SIZE);
    },
  );

  it.each([204, 205])('leaves the partial file when a %d answers for the rest', async (status) => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}`);
    server.enqueue((_, res) => res.writeHead(status).end());
    const refused = client.download(`/bytes/${SIZE}`, path);
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_RANGE',
      message: expect.stringContaining(String(status)),
    });
    expect(readFileSync(`${path}.part`).length).toBe(100_000);
    expect(existsSync(path)).toBe(false);
    expect(await client.download(`/bytes/${SIZE}`, path)).toMatchObject({ bytes: SIZE, resumed: true });
  });
});

describe('a URL that was signed anew', () => {
  const signed = (name: string, query: string) => [name, query] as const;

  it.each([
    signed('S3', 'X-Amz-Date=DATE&X-Amz-Expires=60&X-Amz-Signature=NEW'),
    signed('CloudFront', 'Expires=DATE&Signature=NEW&Key-Pair-Id=K1'),
    signed('Azure', 'sv=2022&st=DATE&se=DATE&sr=b&sp=r&sig=NEW'),
    signed('Google', 'X-Goog-Algorithm=A&X-Goog-Date=DATE&X-Goog-Signature=NEW'),
  ])('goes on when the strong ETag is the same: %s', async (_, query) => {
    const url = (turn: string): string => `/bytes/${SIZE}?id=1&${query.replaceAll('DATE', turn).replace('NEW', turn)}`;
    const cut = `${url('1')}&cut=100000&key=${Math.random()}`;
    await expect(client.download(cut, path)).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED' });
    adopt(url('1'));
    expect(await client.download(url('2'), path)).toMatchObject({ bytes: SIZE, resumed: true });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it.each([
    ['another thing is asked for', 'id=2&Expires=2&Signature=2', {}],
    [
      'there is only a date',
      'id=1&Expires=2&Signature=2',
      { etag: undefined, lastModified: 'Wed, 01 Jan 2020 00:00:00 GMT' },
    ],
  ])('begins anew when %s', async (_, query, changes) => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}?id=1&Expires=1&Signature=1`, changes);
    expect(await client.download(`/bytes/${SIZE}?${query}`, path)).toMatchObject({ bytes: SIZE, resumed: false });
  });
});

describe('a download that its caller stops', () => {
  it('takes no lock that it would not give back, and opens nothing that it would not close', async () => {
    const file = await PartialFile.open(path, new HttpRequest('GET', server.url('/')), () => false);
    const checked = file.check();
    const stopped = file.stop();
    await expect(checked).rejects.toMatchObject({ code: 'ERR_SINK' });
    await stopped;
    await file.release();
    expect([await left(), openFiles(folder)]).toEqual([[], []]);
  });
});

describe('segments', () => {
  it('fetches ranges in parallel where the server can', async () => {
    const result = await client.download(`/bytes/${SIZE}`, path, { segments: 4, digest: { sha256 } });
    expect(result).toMatchObject({ bytes: SIZE, resumed: false });
    expect(sent('range').sort()).toEqual([
      'bytes=150000-224999',
      'bytes=225000-299999',
      'bytes=75000-149999',
      undefined,
    ]);
    expect(await left()).toEqual(['file.bin']);
  });

  it('goes on from the ranges that are missing', async () => {
    const cut = client.download(`/bytes/${SIZE}?cut=40000&times=4&key=seg`, path, { segments: 4 });
    await expect(cut).rejects.toMatchObject({ code: 'ERR_BODY_TRUNCATED' });
    const { missing } = JSON.parse(readFileSync(`${path}.part.json`, 'utf8'));
    expect(missing).toHaveLength(4);
    adopt(`/bytes/${SIZE}`);
    expect(await client.download(`/bytes/${SIZE}`, path)).toMatchObject({ bytes: SIZE, resumed: true });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it('makes breaks good within the call', async () => {
    const retry = { limit: 4, delay: () => 0 };
    const result = await client.download(`/bytes/${SIZE}?cut=40000&times=4&key=mend`, path, { segments: 4, retry });
    expect(result.bytes).toBe(SIZE);
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it.each([
    ['says nothing of ranges', { ETag: '"a"' }],
    ['has a weak ETag', { ETag: 'W/"a"', 'Accept-Ranges': 'bytes' }],
    ['has no ETag', { 'Accept-Ranges': 'bytes' }],
  ])('is one request to a server that %s', async (_, headers) => {
    server.enqueue(answer(200, headers as Record<string, string>, bytes));
    expect((await client.download('/', path, { segments: 4 })).bytes).toBe(SIZE);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['ignores them', 200, {}],
    ['lies about them', 206, { 'Content-Range': `bytes 0-${SIZE - 1}/${SIZE}` }],
  ])('falls back to one request when the server %s', async (_, status, headers) => {
    await using lying = await startServer({
      listener: (req, res) => {
        const code = req.headers.range === undefined ? 200 : status;
        answer(code, { ETag: '"a"', 'Accept-Ranges': 'bytes', ...(code === status && headers) }, bytes)(req, res);
      },
    });
    const result = await client.download(lying.origin, path, { segments: 3 });
    expect(result).toMatchObject({ bytes: SIZE, resumed: false });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });
});

describe('a server that takes no more connections', () => {
  /** Serves ranges, `most` at a time; the others are refused in this way. */
  const crowded = (most: number, refuse: (res: ServerResponse) => void) => {
    let open = 0;
    const statuses: number[] = [];
    const listener: RequestListener = (req, res) => {
      if (open >= most) {
        statuses.push(503);
        return refuse(res);
      }
      open += 1;
      res.on('close', () => {
        open -= 1;
      });
      const [, from = '0', to = String(SIZE - 1)] = /bytes=(\d+)-(\d*)/.exec(req.headers.range ?? '') ?? [];
      const part = bytes.subarray(Number(from), Number(to) + 1);
      const isPart = req.headers.range !== undefined;
      const headers = { ETag: '"a"', 'Accept-Ranges': 'bytes', 'Content-Length': part.length };
      statuses.push(isPart ? 206 : 200);
      res.writeHead(
        isPart ? 206 : 200,
        isPart ? { ...headers, 'Content-Range': `bytes ${from}-${to}/${SIZE}` } : headers,
      );
      res.write(part.subarray(0, 1000));
      // Slow enough that all ask while the first is being answered.
      setTimeout(() => res.end(part.subarray(1000)), 100);
    };
    return { listener, statuses };
  };

  it.each([
    ['503', 1, (res: ServerResponse): void => void res.writeHead(503).end('no')],
    ['503', 2, (res: ServerResponse): void => void res.writeHead(503).end('no')],
    ['429', 1, (res: ServerResponse): void => void res.writeHead(429, { 'Retry-After': '3600' }).end('no')],
    ['a closed connection', 2, (res: ServerResponse): void => void res.destroy()],
  ])('gets fewer segments after %s (at most %d)', async (_, most, refuse) => {
    for (const httpErrors of [true, false]) {
      const { listener, statuses } = crowded(most, refuse);
      await using server = await startServer({ listener });
      const result = await client.download(server.origin, path, { segments: 4, digest: { sha256 }, httpErrors });
      expect(result).toMatchObject({ bytes: SIZE, resumed: false });
      expect(statuses).toContain(503);
      expect(await left()).toEqual(['file.bin']);
    }
  });

  it('fails when it refuses them all, and keeps what came', async () => {
    let answers = 0;
    const { listener } = crowded(9, () => undefined);
    await using server = await startServer({
      listener: (req, res) => {
        answers += 1;
        if (answers === 1) return listener(req, res);
        res.writeHead(503).end();
      },
    });
    await breakAfter(50_000, { segments: 3 });
    const record = JSON.parse(readFileSync(`${path}.part.json`, 'utf8'));
    writeFileSync(`${path}.part.json`, JSON.stringify({ ...record, url: `${server.origin}/`, etag: '"a"' }));
    answers = 1;
    await expect(client.download(server.origin, path, { segments: 3 })).rejects.toMatchObject({
      code: 'ERR_SERVER_ERROR',
    });
    expect(await left()).toEqual(['file.bin.part', 'file.bin.part.json']);
  });
});

describe('digests', () => {
  const base64 = createHash('sha256').update(bytes).digest('base64');

  it('accepts the right ones', async () => {
    const headers = { 'Repr-Digest': `sha-256=:${base64}:`, 'Content-Digest': `md5=:AA==:, sha-256=:${base64}:` };
    server.enqueue(answer(200, headers, bytes));
    expect((await client.download('/', path, { digest: { sha256: sha256.toUpperCase() } })).bytes).toBe(SIZE);
  });

  it.each([
    ['the digest option', { sha256: '0'.repeat(64) }, {}],
    ['Content-Digest', {}, { 'Content-Digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` }],
    ['Repr-Digest', {}, { 'Repr-Digest': `sha-512=:${Buffer.alloc(64).toString('base64')}:` }],
  ])('refuses bytes that are not those of %s, and keeps none', async (name, digest, headers) => {
    server.enqueue(answer(200, headers as Record<string, string>, bytes));
    const refused = client.download('/', path, { digest });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_BODY_DIGEST', message: expect.stringContaining(name) });
    expect(await left()).toEqual([]);
  });

  it('checks the Content-Digest of a part against the part', async () => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}`);
    const part = bytes.subarray(100_000);
    const digest = createHash('sha256').update(part).digest('base64');
    const range = { 'Content-Range': `bytes 100000-${SIZE - 1}/${SIZE}`, 'Content-Digest': `sha-256=:${digest}:` };
    server.enqueue(answer(206, range, part));
    expect(await client.download(`/bytes/${SIZE}`, path)).toMatchObject({ resumed: true, bytes: SIZE });
  });

  it('checks the whole file, also what was there before', async () => {
    await breakAfter(100_000);
    adopt(`/bytes/${SIZE}`);
    writeFileSync(`${path}.part`, Buffer.alloc(100_000));
    const failed = client.download(`/bytes/${SIZE}`, path, { digest: { sha256 } });
    await expect(failed).rejects.toMatchObject({ code: 'ERR_BODY_DIGEST' });
    expect(await left()).toEqual([]);
  });
});

describe('a place that cannot be written', () => {
  it.each([
    ['a directory', () => folder],
    ['in a folder that is missing', () => join(folder, 'none', 'file')],
    ['behind a file', () => join(path, 'file')],
    ['a device', () => '/dev/null'],
  ])('is refused before anything is sent: %s', async (_, where) => {
    writeFileSync(path, '');
    await expect(client.download('/bytes/10', where())).rejects.toMatchObject({
      name: 'RequestError',
      code: 'ERR_SINK',
      message: expect.stringContaining(where()),
    });
    expect(server.requests).toHaveLength(0);
  });

  it('is a ResponseError when the disk is full', async () => {
    const full = await fullDisk('write');
    await expect(client.download('/bytes/10', path)).rejects.toMatchObject({
      name: 'ResponseError',
      code: 'ERR_SINK',
      message: expect.stringContaining('the disk is full'),
    });
    full.mockRestore();
    expect(existsSync(path)).toBe(false);
  });

  it.runIf(existsSync('/proc/self/fd')).each([1, 3])(
    'is left with no file open when the disk is full where the record goes (segments: %d)',
    async (segments) => {
      const full = await fullDisk('writeFile', (text) => String(text).includes('"url"'));
      await expect(client.download(`/bytes/${SIZE}`, path, { segments })).rejects.toMatchObject({ code: 'ERR_SINK' });
      full.mockRestore();
      expect(openFiles(folder)).toEqual([]);
      expect((await left()).filter((name) => name.endsWith('.new'))).toEqual([]);
      expect((await client.download(`/bytes/${SIZE}`, path, { segments })).bytes).toBe(SIZE);
    },
  );

  it('is a ResponseError when the partial file is a directory', async () => {
    mkdirSync(`${path}.part`);
    await expect(client.download('/bytes/10', path)).rejects.toMatchObject({ name: 'ResponseError', code: 'ERR_SINK' });
  });

  it('is one that another download of this process writes', async () => {
    const first = client.download(`/bytes/${SIZE}`, path);
    await expect(client.download(`/bytes/${SIZE}`, path)).rejects.toMatchObject({ code: 'ERR_SINK' });
    expect((await first).bytes).toBe(SIZE);
  });
});

describe('a mistake in options', () => {
  it.each([
    ['sink', { sink: 'x' }],
    ['stream', { stream: true }],
    ['segments', { segments: 0 }],
    ['segments', { segments: 1.5 }],
    ['resume', { resume: 'no' }],
    ['digest', { digest: 'abc' }],
    ['digest', { digest: { crc: 'abc' } }],
    ['digest.sha256', { digest: { sha256: 'abc' } }],
  ])('is a TypeError that names %s', async (name, options) => {
    const refused = client.download('/', path, options as DownloadOptions);
    await expect(refused).rejects.toThrow(new RegExp(`option ${name}`));
    await expect(refused).rejects.toBeInstanceOf(TypeError);
    expect(server.requests).toHaveLength(0);
  });

  it('is a path that is none', async () => {
    await expect(client.download('/', '')).rejects.toBeInstanceOf(TypeError);
  });

  it('is a Range of the caller, which would make a part the whole', async () => {
    const headers = { Range: 'bytes=0-9' };
    await expect(client.download('/bytes/100', path, { headers })).rejects.toMatchObject({ name: 'RequestError' });
    expect(server.requests).toHaveLength(0);
  });
});
