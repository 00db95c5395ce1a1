/** Recipes for layers and handlers of one's own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderHandler } from '../../examples/own-handler.ts';
import { type SigningOptions, signatureOf, signed } from '../../examples/own-layer.ts';
import { Client, chooseHandler, HandlerStack, HttpRequest, HttpResponse, wrapStreaming } from '../../src/index.ts';
import { FakeClock, mockHandler, startServer } from '../../src/testing/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-own-'));
  await writeFile(join(folder, 'users.json'), '[{"name":"Ada"}]');
});
afterAll(() => rm(folder, { recursive: true }));

describe('examples/own-handler.ts', () => {
  const client = () =>
    new Client({ handler: HandlerStack.create(folderHandler(folder)), baseUri: 'http://files.test/' });

  it('answers from the folder, under all layers', async () => {
    expect(await client().get('users.json').json()).toEqual([{ name: 'Ada' }]);
    const head = await client().head('users.json');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '16', '']);
    await expect(client().get('nobody.json')).rejects.toMatchObject({ code: 'ERR_CLIENT_ERROR' });
    await expect(client().get('users.json', { maxResponseSize: 5 })).rejects.toMatchObject({
      code: 'ERR_BODY_TOO_LARGE',
    });
    const streamed = await client().get('users.json', { stream: true });
    expect(await streamed.text()).toBe('[{"name":"Ada"}]');
  });

  it('leads to nothing outside of the folder', async () => {
    for (const path of ['../../etc/passwd', '%2e%2e/%2e%2e/etc/passwd', '..%2f..%2fetc%2fpasswd']) {
      const [response] = await client().attempt('GET', path, { httpErrors: false });
      expect(response?.status).toBe(404);
    }
  });

  it('says what it cannot do', async () => {
    expect(folderHandler(folder).supports?.(new HttpRequest('POST', 'http://files.test/'))).toContain(
      'only GET and HEAD',
    );
    expect(typeof wrapStreaming(folderHandler(folder), chooseHandler())).toBe('function');
  });
});

describe('examples/own-layer.ts', () => {
  it('signs what is sent, each attempt anew, and nothing that does not want it', async () => {
    const clock = new FakeClock(1_700_000_000_000);
    const mock = mockHandler([new HttpResponse(503), new HttpResponse(200), new HttpResponse(200)]);
    const handler = HandlerStack.create(mock).push(signed('key'), 'signed');
    const client = new Client({ handler, clock, baseUri: 'http://api.test/' });
    const call = client.post('orders?x=1', {
      json: { id: 7 },
      retry: { limit: 1, methods: ['POST'], delay: () => 5000 },
    });
    await clock.advance(5000);
    await call;
    const sent = mock.requests.map(({ headers }) => [headers.get('x-time'), headers.get('x-signature')]);
    const expected = [1_700_000_000, 1_700_000_005].map((time) => [
      String(time),
      signatureOf(new HttpRequest('POST', 'http://api.test/orders?x=1'), '{"id":7}', 'key', time),
    ]);
    expect(sent).toEqual(expected);
    expect(await mock.requests[1]!.text()).toBe('{"id":7}');
    const unsigned: SigningOptions = { signature: false };
    await client.get('health', unsigned);
    expect(mock.lastRequest?.headers.has('x-signature')).toBe(false);
  });

  it('refuses a body that is a stream', async () => {
    await using server = await startServer();
    const client = new Client({ handler: HandlerStack.create().push(signed('key'), 'signed') });
    const error = await client
      .post(server.url('/post'), { body: Readable.from(['a']) })
      .catch((failure: Error) => failure);
    expect([(error as Error).name, server.requests.length]).toEqual(['TypeError', 0]);
  });
});
