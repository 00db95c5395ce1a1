import { deepEqual, deepStrictEqual, notDeepStrictEqual } from 'node:assert';
import { describe, expect, it } from 'vitest';
import { Client, HttpHeaders, HttpRequest, HttpResponse } from '../../src/index.ts';
import { startServer } from '../../src/testing/server.ts';

const same: [string, () => unknown][] = [
  ['headers', () => new HttpHeaders({ 'X-A': '1', 'Set-Cookie': ['a=1', 'b=2'] })],
  ['empty headers', () => new HttpHeaders()],
  ['a response with text', () => new HttpResponse(201, { 'X-A': '1' }, 'hello')],
  ['a response with bytes', () => new HttpResponse(200, {}, new Uint8Array([0, 1, 255]))],
  ['a response with JSON', () => HttpResponse.json({ a: [1] })],
  ['a response without a body', () => new HttpResponse(204)],
  ['a request', () => new HttpRequest('POST', 'http://h.test/', { 'X-A': '1' }, 'hello')],
];
const other: [string, unknown, unknown, string][] = [
  ['a value of headers', new HttpHeaders({ 'X-A': 'one' }), new HttpHeaders({ 'X-A': 'two' }), 'two'],
  ['a name of headers', new HttpHeaders({ 'X-A': 'one' }), new HttpHeaders({ 'X-B': 'one' }), 'X-B'],
  ['a line more', new HttpHeaders({ 'X-A': ['one', 'two'] }), new HttpHeaders({ 'X-A': 'one' }), 'two'],
  ['the status', new HttpResponse(200), new HttpResponse(404), '404'],
  ['a header of a response', new HttpResponse(200, { 'X-A': 'one' }), new HttpResponse(200, { 'X-A': 'two' }), 'two'],
  ['the text of a body', new HttpResponse(200, {}, 'hello'), new HttpResponse(200, {}, 'hallo'), 'hallo'],
  [
    'the bytes of a body',
    new HttpResponse(200, {}, new Uint8Array([0, 77])),
    new HttpResponse(200, {}, new Uint8Array([0, 78])),
    '78',
  ],
  [
    'the body of a request',
    new HttpRequest('POST', 'http://h.test/', {}, 'a'),
    new HttpRequest('POST', 'http://h.test/', {}, 'b'),
    '98',
  ],
];

const messageOf = (fails: () => void): string => {
  try {
    fails();
  } catch (error) {
    const { message, diff = '' } = error as { message: string; diff?: string };
    return message + diff;
  }
  throw new Error('they are equal');
};

describe('two values', () => {
  it.each(same)('%s are equal', (_, make) => {
    expect(make()).toEqual(make());
    expect(make()).toStrictEqual(make());
    deepStrictEqual(make(), make());
    deepEqual(make(), make());
    expect(make()).to.deep.equal(make());
  });

  it.each(other)('differ by %s, and show it', (_, one, two, shown) => {
    expect(one).not.toEqual(two);
    notDeepStrictEqual(one, two);
    expect(messageOf(() => deepStrictEqual(one, two))).toContain(shown);
  });

  it('are equal over a wire and made by hand', async () => {
    await using server = await startServer({
      listener: (_, response) => {
        // Two answers may be of two seconds.
        response.sendDate = false;
        response.writeHead(200, ['X-A', 'b']).end('hello');
      },
    });
    await using client = new Client();
    const { headers } = await client.get(server.url('/'));
    const made = new HttpHeaders([...(await client.get(server.url('/'))).headers]);
    deepStrictEqual(headers, made);
    expect((await client.get(server.url('/'))).headers).toEqual(made);
  });

  it('leave a stream unread', async () => {
    const response = new HttpResponse(
      200,
      {},
      (async function* () {
        yield 'a';
      })(),
    );
    notDeepStrictEqual(response, new HttpResponse(200, {}, 'a'));
    expect(await response.text()).toBe('a');
  });

  it('show no secret where they are printed by their names', () => {
    const response = new HttpResponse(200, { 'Set-Cookie': 'sid=tops3cret' }, 'tops3cret');
    String(Object.prototype.toString.call(response));
    expect(JSON.stringify({ ...response, ...response.headers })).not.toContain('tops3cret');
    expect(Object.keys(response)).not.toContain('body');
  });
});
