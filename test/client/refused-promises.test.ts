/** A promise where a value belongs is refused by a TypeError, and what it rejects with ends no process. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { HttpRequest } from '../../src/message/request.ts';

const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
let server: Server;
let client: Client;

beforeAll(async () => {
  process.on('unhandledRejection', note);
  server = createServer((request, response) => void request.resume().on('end', () => response.end('ok')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new Client({ baseUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
afterAll(async () => {
  await client.close();
  server.close();
  process.off('unhandledRejection', note);
});

const refused = (): never => Promise.reject(new Error('mine')) as never;
const rejects = async (): Promise<never> => {
  throw new Error('mine');
};

/** Options of which one holds a promise that rejects, and in which two do. */
const options: Readonly<Record<string, () => object>> = {
  body: () => ({ body: refused() }),
  'the promise of a function as body': () => ({ body: () => refused() }),
  'a chunk of a generator': () => ({
    body: (function* () {
      yield refused();
    })(),
  }),
  headers: () => ({ headers: { a: refused() } }),
  'two headers': () => ({ headers: { a: refused(), b: refused() } }),
  'pairs of headers': () => ({ headers: [['a', refused()]] }),
  query: () => ({ query: { a: refused(), b: [refused()] } }),
  formParams: () => ({ formParams: { a: { b: refused(), c: refused() } } }),
  multipart: () => ({
    multipart: [
      { name: 'a', contents: refused() },
      { name: 'b', contents: [refused()] },
    ],
  }),
  auth: () => ({ auth: refused() }),
  'the parts of auth': () => ({ auth: ['user', refused()] }),
  sink: () => ({ sink: refused() }),
  uriVars: () => ({ uriVars: { a: refused(), b: refused() } }),
  'a promise beside another mistake': () => ({ timeout: 'soon', body: refused(), query: { a: refused() } }),
  timeout: () => ({ timeout: refused() }),
  httpErrors: () => ({ httpErrors: rejects }),
  stringifyJson: () => ({ json: 1, stringifyJson: rejects }),
  idempotencyKey: () => ({ idempotencyKey: rejects }),
};

describe('a promise that rejects is refused, and nobody else hears of it', () => {
  it.each(Object.keys(options))('as %s', async (name) => {
    await expect(client.request('POST', '/{a}', options[name]!())).rejects.toThrow();
    await settled();
  });

  it('in the options of a client', async () => {
    for (const given of [{ headers: { a: refused() } }, { query: { a: refused() } }, { auth: refused() }])
      expect(() => new Client(given)).toThrow(TypeError);
    await settled();
  });

  it('in a request, in client.fetch, and in a blocking call', async () => {
    expect(() => new HttpRequest('POST', '/', {}, refused())).toThrow(TypeError);
    expect(() => new HttpRequest('POST', '/', { a: refused() })).toThrow(TypeError);
    await expect(client.fetch('/', { method: 'POST', body: refused() })).rejects.toThrow(TypeError);
    expect(() => client.requestSync('POST', '/', { body: refused() })).toThrow();
    await settled();
  });
});

it('options that throw when they are read reject with what they throw', async () => {
  const thrown = new Error('a getter');
  const getter = {
    get timeout(): number {
      throw thrown;
    },
  };
  const trap = new Proxy({}, { ownKeys: () => raise(thrown), getPrototypeOf: () => raise(thrown) });
  await expect(client.get('/', getter)).rejects.toBe(thrown);
  await expect(client.get('/', trap)).rejects.toBe(thrown);
});

function raise(error: Error): never {
  throw error;
}

it('debug.write that rejects fails no call and no process', async () => {
  expect((await client.get('/', { debug: { write: rejects } })).status).toBe(200);
  await settled();
});

/** Node tells of a rejection that nobody handles after the microtasks of a turn. */
async function settled(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(unhandled.splice(0)).toEqual([]);
}
