import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  attempt,
  Client,
  HandlerStack,
  HttpHeaders,
  HttpRequest,
  HttpResponse,
  Pool,
  post,
  request,
} from '../../src/index.ts';
import { checkOptions } from '../../src/options/option-rules.ts';
import type { RequestOptions } from '../../src/options/options.ts';

let sent = 0;
const handler = HandlerStack.create(async () => {
  sent += 1;
  return new HttpResponse(200);
});
const client = new Client({ handler, baseUri: 'http://h/' });

async function refusal(call: () => unknown): Promise<unknown> {
  sent = 0;
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    expect(sent).toBe(0);
    return (error as Error).message;
  }
  return expect.unreachable('nothing was refused');
}

const BODY = '; give it as `{ body: ... }`';

describe('what is no record in the place of options', () => {
  it.each<[string, () => unknown, string]>([
    ['a form', () => new FormData(), `FormData${BODY}`],
    ['parameters', () => new URLSearchParams('a=1'), 'URLSearchParams; give it as `{ body: ... }, or { query: ... }'],
    ['a blob', () => new Blob(['x']), `Blob${BODY}`],
    ['a map', () => new Map([['json', 1]]), `Map${BODY}`],
    ['a date', () => new Date(0), `Date${BODY}`],
    ['a buffer', () => Buffer.from('abc'), `Buffer${BODY}`],
    ['bytes', () => new Uint8Array(3), `Uint8Array${BODY}`],
    ['a stream', () => Readable.from(['x']), `Readable${BODY}`],
    ['a web stream', () => new ReadableStream(), `ReadableStream${BODY}`],
    ['text', () => 'text', `"text"${BODY}`],
    ['a list', () => [1], 'a list; give it as `{ json: ... }`'],
    ['headers', () => new Headers(), 'Headers; give it as `{ headers: ... }`'],
    ['our headers', () => HttpHeaders.empty, 'HttpHeaders; give it as `{ headers: ... }`'],
    ['a signal', () => AbortSignal.timeout(5), 'AbortSignal; give it as `{ signal: ... }`'],
    ['what inherits', () => Object.create({ json: 1 }), `Object${BODY}`],
    ['nothing', () => null, 'null'],
    ['a number', () => 5, '5'],
  ])('is told where it goes: %s', async (_, make, words) => {
    for (const verb of ['get', 'head', 'post', 'put', 'patch', 'delete', 'query', 'options'] as const)
      expect(await refusal(() => client[verb]('x', make() as never))).toContain(
        `options must be a record, got ${words}`,
      );
  });

  const form = () => new FormData() as RequestOptions;
  it.each<[string, () => unknown]>([
    ['request', () => client.request('POST', 'x', form())],
    ['requestAsync', () => client.requestAsync('POST', 'x', form())],
    ['requestSync', () => new Client().requestSync('POST', 'http://127.0.0.1:1/', form())],
    ['send', () => client.send(new HttpRequest('POST', 'http://h/'), form())],
    ['download', () => client.download('x', '/nowhere/x', form())],
    ['upgrade', () => client.upgrade('x', form())],
    ['paginate', () => client.paginate('x', form()).next()],
    ['a pool', () => new Pool(client, ['x'], { options: form() }).promise()],
    ['a pool of forms', () => new Pool(client, ['x'], form() as never).promise()],
    ['a client', () => new Client(form())],
    ['post', () => post('http://h/', form())],
  ])('is refused by %s', async (_, call) => {
    expect(await refusal(call)).toMatch(/must be a record, got FormData/);
  });

  it('is told to onError by a beacon', async () => {
    sent = 0;
    const told: unknown[] = [];
    const teller = new Client({ handler, baseUri: 'http://h/', onError: (error) => told.push(error) as never });
    await teller.beacon('x', form()).done;
    expect(String(told)).toContain(`options must be a record, got FormData${BODY}`);
    expect(sent).toBe(0);
  });

  it('is not: a record without a prototype, of another realm, or of ours', () => {
    const records = [Object.create(null), runInNewContext('({})'), checkOptions({}), Object.freeze(checkOptions({}))];
    for (const record of records) expect({ ...checkOptions(record) }).toEqual({});
  });
});

describe('one argument too many', () => {
  const more = [{ headers: {} }] as unknown as [];
  it.each<[string, () => unknown, string]>([
    ...(['get', 'head', 'post', 'put', 'patch', 'delete', 'query', 'options'] as const).map(
      (verb): [string, () => unknown, string] => [
        verb,
        () => client[verb]('x', { json: 1 }, ...more),
        'a URI and options, got 3',
      ],
    ),
    ['post without options', () => client.post('x', undefined, ...more), 'a URI and options, got 3'],
    ['send', () => client.send(new HttpRequest('GET', 'http://h/'), {}, ...more), 'got 3'],
    ['sendAsync', () => client.sendAsync(new HttpRequest('GET', 'http://h/'), {}, ...more), 'got 3'],
    ['request', () => client.request('POST', 'x', {}, ...more), 'a method, a URI and options, got 4'],
    ['requestAsync', () => client.requestAsync('POST', 'x', {}, ...more), 'a method, a URI and options, got 4'],
    ['requestSync', () => new Client().requestSync('POST', 'http://127.0.0.1:1/', {}, ...more), 'got 4'],
    ['the function post', () => post('http://h/', {}, ...more), 'a URI and options, got 3'],
    ['the function request', () => request('POST', 'http://h/', {}, ...more), 'got 4'],
  ])('is refused by %s', async (_, call, words) => {
    const message = await refusal(call);
    expect(message).toContain(words);
    expect(message).toContain(
      'data goes into the options as { json: ... } or { body: ... }, headers as { headers: ... }',
    );
  });

  it('is what attempt gives as its error', async () => {
    expect(String((await client.attempt('POST', 'x', {}, ...more))[1])).toContain('got 4 arguments');
    expect(String((await attempt('POST', 'http://h/', {}, ...more))[1])).toContain('got 4 arguments');
  });

  it('lets go of a stream that came with it', async () => {
    const body = Readable.from(['x']);
    await refusal(() => client.post('x', { body }, ...more));
    expect(body.destroyed).toBe(true);
  });
});
