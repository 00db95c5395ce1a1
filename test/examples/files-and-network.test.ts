/** Recipes for files and for the way through the network, each over real sockets on loopback. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { diagnosis, mutualClient } from '../../examples/mtls.ts';
import { rotateProxies } from '../../examples/proxy-per-request.ts';
import { fetchFile } from '../../examples/resume-download.ts';
import { postForm, putFile } from '../../examples/upload-progress.ts';
import { Client, HandlerStack } from '../../src/index.ts';
import { FakeClock, startServer, type TestServer } from '../../src/testing/index.ts';
import { type Certificates, certificates } from '../support/certificates.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import type { TestProxy } from '../support/test-proxy.ts';

let server: TestServer;
let client: Client;
let folder: string;
beforeAll(async () => {
  server = await startServer();
  client = new Client({ baseUri: server.origin });
  folder = await mkdtemp(join(tmpdir(), 'sluice-recipes-'));
});
afterEach(() => server.clear());
afterAll(async () => {
  await client.close();
  await server.close();
  await rm(folder, { recursive: true });
});

describe('examples/upload-progress.ts', () => {
  const size = 300_000;

  it.each([
    ['putFile', '/put', putFile],
    ['postForm', '/post', postForm],
  ])('%s sends the file with its length, and tells how far it is up to the end', async (_, uri, send) => {
    const path = join(folder, 'upload.bin');
    await writeFile(path, Buffer.alloc(size, 'x'));
    const told: number[] = [];
    expect((await send(client, uri, path, (fraction) => told.push(fraction))).status).toBe(200);
    const [seen] = server.requests;
    expect(Number(seen?.headers['content-length'])).toBe(seen?.bodyBytes);
    expect(seen?.bodyBytes).toBeGreaterThanOrEqual(size);
    expect(told.at(-1)).toBe(1);
    expect([...told].sort((a, b) => a - b)).toEqual(told);
  });
});

describe('examples/resume-download.ts', () => {
  const uri = '/bytes/100000';

  it('goes on after a cut, asks for the rest alone, and gives the right file', async () => {
    const whole = await client.get(uri).bytes();
    server.clear();
    const sha256 = createHash('sha256').update(whole).digest('hex');
    const path = join(folder, 'download.bin');
    const told: number[] = [];
    const said = await fetchFile(client, { uri: `${uri}?cut=40000&times=1&key=recipe`, path, sha256 }, (n) =>
      told.push(n),
    );
    expect(said).toBe('100000 bytes, of which some were there');
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=40000-99999']);
    expect([told.at(-1), (await readFile(path)).equals(whole)]).toEqual([100_000, true]);
  });

  it('leaves no file of other bytes', async () => {
    const path = join(folder, 'wrong.bin');
    const said = await fetchFile(client, { uri, path, sha256: '0'.repeat(64) }, () => undefined);
    expect(said).toMatch(/^ERR_BODY_DIGEST: /);
    expect((await readdir(folder)).filter((name) => name.startsWith('wrong'))).toEqual([]);
  });
});

describe('examples/proxy-per-request.ts', () => {
  const proxies: TestProxy[] = [];
  afterEach(() => Promise.all(proxies.splice(0).map((proxy) => proxy.close())));

  it('takes the proxies in turn, and leaves out the one that fails until it has rested', async () => {
    const [one, two] = [await startHttpProxy(), await startHttpProxy()];
    proxies.push(one, two);
    const clock = new FakeClock();
    const dead = 'http://127.0.0.1:1';
    const handler = HandlerStack.create().push(rotateProxies([one.url, dead, two.url], 60_000), 'rotateProxies');
    const through = new Client({
      handler,
      baseUri: server.origin,
      clock,
      connectTimeout: 0,
      headersTimeout: 0,
      readTimeout: 0,
    });
    const ask = () =>
      through.get('/empty').then(
        () => 'ok',
        (error) => error.code,
      );
    expect([await ask(), await ask(), await ask()]).toEqual(['ok', 'ERR_PROXY_CONNECT', 'ok']);
    expect([await ask(), await ask(), await ask()]).toEqual(['ok', 'ok', 'ok']);
    expect(one.seen.length + two.seen.length).toBe(5);
    expect(Math.min(one.seen.length, two.seen.length)).toBeGreaterThan(1);
    await clock.advance(60_001);
    expect([await ask(), await ask(), await ask()]).toContain('ERR_PROXY_CONNECT');
    await through.destroy();
  });
});

describe('examples/mtls.ts', () => {
  let made: Certificates;
  let strict: TestServer;
  beforeAll(async () => {
    made = await certificates();
    strict = await startServer({
      tls: { ...made.server, ca: made.ca.cert, requestCert: true, rejectUnauthorized: true },
    });
  });
  afterAll(() => strict.close());

  const outcome = async (given: Parameters<typeof mutualClient>[1]) => {
    await using mutual = mutualClient(strict.origin, given);
    return mutual.get('/empty').then(() => strict.requests.at(-1)?.clientCertificate, diagnosis);
  };

  it('shows its certificate, with a key that is encrypted too', async () => {
    const ca = made.ca.cert;
    expect(await outcome({ ...made.client, ca })).toBe('client');
    expect(await outcome({ ...made.encryptedClient, ca })).toBe('client');
  });

  it('says whose certificate is at fault', async () => {
    const ca = made.ca.cert;
    expect(await outcome({ ...made.clientByOtherCa, ca })).toBe(
      'they do not accept our certificate, or we showed none',
    );
    expect(await outcome({ ...made.client, ca: made.otherCa.cert })).toBe(
      'their certificate is not signed by our authority',
    );
    expect(await outcome({ ...made.client, cert: '/nowhere/me.pem', ca })).toContain('our files: ');
  });
});
