/** Errors: one tree, stable codes, no secrets. */
import { inspect } from 'node:util';
import * as sluice from 'sluice';
import { Client, HandlerStack, HttpRequest, HttpResponse, TransferError } from 'sluice';
import { faults, mockHandler, startScriptedServer } from 'sluice/testing';
import { describe, expect, it } from 'vitest';
import { clientOver, makers, rejection, testSite } from './site-of-all-handlers.ts';

const site = testSite();
const request = new HttpRequest('GET', 'http://a.test/');
const response = new HttpResponse(500);

const tree: Record<string, string[]> = {
  TransferError: [],
  RequestError: ['TransferError'],
  NetworkError: ['TransferError'],
  ConnectError: ['NetworkError', 'TransferError'],
  TimeoutError: ['NetworkError', 'TransferError'],
  ResponseError: ['TransferError'],
  BadResponseError: ['ResponseError', 'TransferError'],
  ClientError: ['BadResponseError', 'ResponseError', 'TransferError'],
  ServerError: ['BadResponseError', 'ResponseError', 'TransferError'],
  RedirectError: ['ResponseError', 'TransferError'],
  TooManyRedirectsError: ['RedirectError', 'ResponseError', 'TransferError'],
  BodyError: ['ResponseError', 'TransferError'],
};
const guards = Object.keys(tree).map(
  (name) => [name, sluice[`is${name}` as keyof typeof sluice] as (e: unknown) => boolean] as const,
);
const make = (name: string): TransferError => {
  const Kind = sluice[name as 'BodyError'];
  return new Kind('it failed', { request, response, phase: 'read', code: undefined } as never);
};

describe('the tree', () => {
  it.each(Object.entries(tree))('%s is of %j', (name, parents) => {
    const error = make(name);
    expect(error).toBeInstanceOf(Error);
    for (const parent of [name, ...parents]) expect(error).toBeInstanceOf(sluice[parent as 'BodyError']);
    expect(error.name).toBe(name);
    for (const [kind, is] of guards) expect([kind, is(error)]).toEqual([kind, kind === name || parents.includes(kind)]);
    expect(error.code).toMatch(/^ERR_/);
    expect(error.request).toBe(request);
    expect([typeof error.attempts, typeof error.elapsed]).toEqual(['number', 'number']);
  });

  it.each(Object.keys(tree))('%s goes through JSON and back', (name) => {
    const error = make(name);
    const back = TransferError.fromJSON(JSON.parse(JSON.stringify(error)));
    expect(back).toBeInstanceOf(sluice[name as 'BodyError']);
    expect([back.name, back.message, back.code, back.attempts, back.elapsed, back.stack]).toEqual([
      error.name,
      error.message,
      error.code,
      error.attempts,
      error.elapsed,
      error.stack,
    ]);
    expect(JSON.stringify(back)).toBe(JSON.stringify(error));
  });

  it('guards take anything', () => {
    for (const [, is] of guards)
      for (const other of [null, undefined, 1, 'x', {}, new Error('x'), new TypeError('x')])
        expect(is(other)).toBe(false);
  });
});

describe.each(makers)('over %s', (handlerName, make) => {
  const failing = (path: string, options = {}) => rejection(clientOver(make, site.server).get(path, options));

  it.each([
    ['status/404', 'ClientError', 'ERR_CLIENT_ERROR'],
    ['status/500', 'ServerError', 'ERR_SERVER_ERROR'],
    ['status/599', 'ServerError', 'ERR_SERVER_ERROR'],
    ['redirect-loop', 'TooManyRedirectsError', 'ERR_TOO_MANY_REDIRECTS'],
    ['redirect-to?url=ftp://a.test/', 'RedirectError', 'ERR_REDIRECT_PROTOCOL'],
    ['close-in-body', 'BodyError', 'ERR_BODY_TRUNCATED'],
    ['reset-in-body', 'BodyError', 'ERR_BODY_TRUNCATED'],
    ['bad-chunk', 'BodyError', undefined],
    ['close-before-head', 'NetworkError', undefined],
    ['reset-before-head', 'NetworkError', undefined],
    ['garbage', 'NetworkError', undefined],
  ])('%s is a %s', async (path, name, code) => {
    const error = await failing(path);
    expect(error.name).toBe(name);
    if (code !== undefined) expect(error['code']).toBe(code);
    expect(error.message).toContain(`GET ${site.server.origin}/`);
    expect((error['request'] as HttpRequest).method).toBe('GET');
  });

  it('a bad response has its response, and a summary of its body in the message', async () => {
    const error = await failing('status/404');
    expect((error['response'] as HttpResponse).status).toBe(404);
    expect(error.message).toContain('404 Not Found');
    expect(await (error['response'] as HttpResponse).text()).toBe('404 Not Found\n');
  });

  it('a bad response that streams can still be read', async () => {
    const error = await failing('status/404', { stream: true });
    expect(await (error['response'] as HttpResponse).text()).toBe('404 Not Found\n');
  });

  it('too many redirects tell where they went', async () => {
    const error = await failing('redirect-loop', { allowRedirects: { max: 3 } });
    expect((error['redirects'] as unknown[]).length).toBe(3);
  });

  it('a name that does not exist is a ConnectError with ERR_DNS', async () => {
    const error = await rejection(clientOver(make, site.server).get('http://no.such.host.invalid/'));
    expect([error.name, error['code']]).toEqual(['ConnectError', 'ERR_DNS']);
  });

  it.each(['conflictingContentLength', 'truncatedBody', 'truncatedChunks', 'badChunkSize'] as const)(
    '%s is an error',
    async (fault) => {
      await using server = await startScriptedServer(faults[fault]());
      const error = await rejection(clientOver(make, site.server).get(server.url('/')));
      expect(['BodyError', 'NetworkError']).toContain(error.name);
    },
  );

  it('shows no secret, in message, stack, inspect or JSON', async () => {
    const secret = 'planted-secret';
    const error = await rejection(
      clientOver(make, site.server).get(
        `http://user:${secret}@127.0.0.1:${site.server.port}/status/500?token=${secret}&api_key=${secret}#access_token=${secret}`,
        {
          headers:
            handlerName === 'fetch'
              ? { 'X-Api-Key': secret }
              : { Cookie: `sid=${secret}`, 'X-Api-Key': secret, 'X-Mine': secret },
          redact: ['x-mine'],
        },
      ),
    );
    for (const text of [
      error.message,
      error.stack,
      inspect(error, { depth: 10 }),
      JSON.stringify(error),
      String(error),
      inspect(error['request'], { depth: 5 }),
      inspect(error['response'], { depth: 5 }),
    ]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(btoa(`user:${secret}`));
    }
  });
});

describe('a failure at a mock', () => {
  it('of a programmer’s making is handed on as it is', async () => {
    const own = new RangeError('mine');
    const client = new Client({ handler: HandlerStack.create(mockHandler([own])) });
    expect(await rejection(client.get('http://a.test/'))).toBe(own);
  });

  it('of an empty queue says what to do', async () => {
    expect((await rejection(new Client({ handler: mockHandler() }).get('http://a.test/'))).message).toMatch(
      /append|queue/,
    );
  });
});
