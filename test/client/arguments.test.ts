/** What is in the wrong place, or one argument too many, is told wherever a client, a pool or a WebSocket takes it. */
import { describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { Pool } from '../../src/pool/pool.ts';

const client = new Client({ handler: async () => new HttpResponse(200, {}, '[]') });
const uri = 'http://h.test/';
const request = new HttpRequest('GET', uri);
type Loose = (...given: unknown[]) => unknown;

function asked(target: object, method: string, ...given: unknown[]): Promise<unknown> {
  return (async () => ((target as Record<string, Loose>)[method] as Loose).apply(target, given))();
}

describe('one argument too many', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['get', () => asked(client, 'get', uri, {}, {}), 'a call takes a URI and options, got 3 arguments; '],
    ['request', () => asked(client, 'request', 'GET', uri, {}, {}), 'a call takes a method, a URI and options, got 4'],
    ['send', () => asked(client, 'send', request, {}, {}), 'a call takes a request and options, got 3 arguments; '],
    ['sendAsync', () => asked(client, 'sendAsync', request, {}, {}), 'a call takes a request and options, got 3'],
    [
      'download',
      () => asked(client, 'download', uri, '/nowhere/x', {}, {}),
      'a call takes a URI, a path and options, got 4',
    ],
    ['upgrade', () => asked(client, 'upgrade', uri, {}, {}), 'a call takes a URI and options, got 3 arguments; '],
    ['extend', () => asked(client, 'extend', {}, {}), 'extend takes options alone, got 2 arguments'],
    [
      'Pool.batch',
      () => asked(Pool, 'batch', client, [], {}, {}),
      'Pool.batch takes a client, requests and options, got 4',
    ],
  ])('of %s is a TypeError', async (_, call, words) => {
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(words);
  });

  it('of paginate is a TypeError once a page is asked for', async () => {
    const pages = (client.paginate as Loose).call(client, uri, {}, {}) as AsyncIterable<unknown>;
    await expect(pages[Symbol.asyncIterator]().next()).rejects.toThrow('a call takes a URI and options, got 3');
  });

  it('of sendRequest is the RequestError of PSR-18, with the TypeError as its cause', async () => {
    await expect(asked(client, 'sendRequest', request, {})).rejects.toMatchObject({
      name: 'RequestError',
      message: expect.stringContaining('sendRequest takes a request alone; its options are those of the client, got 2'),
      cause: expect.any(TypeError),
    });
  });

  it.each<[string, () => unknown, string]>([
    ['a client', () => Reflect.construct(Client, [{}, {}]), 'a client takes options alone, got 2 arguments'],
    [
      'a pool',
      () => Reflect.construct(Pool, [client, [], {}, {}]),
      'a pool takes a client, requests and options, got 4',
    ],
  ])('of the constructor of %s is a TypeError', (_, make, words) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(words);
  });
});

describe('what is in the wrong place', () => {
  it.each([['chat'], [['chat', 'superchat']]])(
    'is told of subprotocols that are the options of upgrade: %j',
    async (given) => {
      await expect(asked(client, 'upgrade', uri, given)).rejects.toThrow('give subprotocols as `{ protocols: ... }`');
    },
  );

  it('is told of a misspelt option of upgrade', async () => {
    await expect(asked(client, 'upgrade', uri, { protcols: 'x' })).rejects.toThrow(
      new TypeError('upgrade has no setting protcols; did you mean "protocols"?'),
    );
  });

  it.each([
    [{ conc: 5 }, 'a pool has no setting conc; there are concurrency, perHost, '],
    [{ concurency: 5 }, 'did you mean "concurrency"?'],
    [{ headers: {} }, 'a pool has no setting headers; options of its requests go into { options: { headers } }'],
    [{ perHost: { concurency: 1 } }, 'perHost has no setting concurency; '],
  ])('is told of a setting that a pool has not: %j', (given, words) => {
    expect(() => Reflect.construct(Pool, [client, [], given])).toThrow(TypeError);
    expect(() => Reflect.construct(Pool, [client, [], given])).toThrow(words);
  });

  it.each([
    [5, 'close takes { timeout, signal }, got 5'],
    [{ signal: 5 }, 'close: signal must be an AbortSignal, got 5'],
  ])('is told of what close takes for its options: %j', async (given, words) => {
    await expect(asked(client, 'close', given)).rejects.toThrow(new TypeError(words));
    expect((await client.get(uri)).status).toBe(200);
  });
});
