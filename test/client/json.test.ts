/** What a call for JSON sends, and how JSON is written and read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { mockHandler, startServer, type TestServer } from '../../src/testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

interface Echo {
  headers: Record<string, string>;
}

describe('.json() on the promise', () => {
  it('sends Accept: application/json', async () => {
    await using client = new Client({ baseUri: server.origin });
    // The second one goes over a connection that is there already.
    for (let i = 0; i < 2; i++) {
      const { headers } = await client.get('headers').json<Echo>();
      expect(headers['accept']).toBe('application/json');
    }
  });

  it.each<[string, object, object]>([
    ['the client', { headers: { Accept: 'text/html' } }, {}],
    ['the call', {}, { headers: { accept: 'text/html' } }],
  ])('leaves the Accept of %s alone', async (_, client, call) => {
    const { headers } = await new Client({ baseUri: server.origin, ...client }).get('headers', call).json<Echo>();
    expect(headers['accept']).toBe('text/html');
  });

  it('leaves every other call alone', async () => {
    const client = new Client({ baseUri: server.origin });
    expect(await (await client.get('headers')).text()).not.toMatch(/accept"/i);
    expect(await client.get('headers').text()).not.toMatch(/accept"/i);
  });

  it('goes with every attempt and hop', async () => {
    const asked: HttpRequest[] = [];
    const answers = [new HttpResponse(302, { Location: '/b' }), new HttpResponse(503), HttpResponse.json(1)];
    const client = new Client({ retry: { limit: 1, delay: () => 0 } });
    client.stack?.setHandler(async (request) => {
      asked.push(request);
      return answers.shift()!;
    });
    expect(await client.get('http://a.test/a').json()).toBe(1);
    expect(asked.map(({ headers }) => headers.get('accept'))).toEqual(Array(3).fill('application/json'));
  });

  it('is never sent when the call is cancelled at once', async () => {
    const mock = mockHandler([HttpResponse.json(1)]);
    const pending = new Client({ handler: mock }).get('http://a.test/');
    const json = pending.json();
    pending.cancel('changed my mind');
    await expect(json).rejects.toBe('changed my mind');
    expect(mock.count).toBe(1);
  });

  it('rejects when a handler throws before it returns', async () => {
    const handler = () => {
      throw new RangeError('no');
    };
    await expect(new Client({ handler }).get('http://a.test/').json()).rejects.toThrow('no');
  });
});

describe('parseJson and stringifyJson', () => {
  const big = {
    stringifyJson: (value: unknown) => JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one)),
    parseJson: (text: string) => JSON.parse(text, (_, one) => (/^\d+n$/.test(one) ? BigInt(one.slice(0, -1)) : one)),
  };

  it('write and read what JSON has no form for', async () => {
    const client = new Client({ baseUri: server.origin, ...big });
    const { body } = await client.post('anything', { json: { id: 12345678901234567890n } }).json<{ body: string }>();
    expect(body).toBe('{"id":"12345678901234567890n"}');
    const response = await client.post('anything', { body: '"7n"' });
    expect((await response.json<{ body: unknown }>()).body).toBe('"7n"');
  });

  it('are of the call, over those of the client', async () => {
    const client = new Client({
      handler: mockHandler([new HttpResponse(200, {}, '1'), new HttpResponse(200, {}, '1')]),
      parseJson: () => 'client',
    });
    expect(await client.get('http://a.test/').json()).toBe('client');
    expect(await client.get('http://a.test/', { parseJson: null }).json()).toBe(1);
  });

  it('read the lines of ndjson', async () => {
    const handler = mockHandler([new HttpResponse(200, {}, '"1n"\n"2n"\n')]);
    const lines = (await new Client({ handler, ...big }).get('http://a.test/')).ndjson();
    const values: unknown[] = [];
    for await (const line of lines) values.push(line);
    expect(values).toEqual([1n, 2n]);
  });

  it('fail as JSON does', async () => {
    const refuse = () => {
      throw new Error('not mine');
    };
    const handler = mockHandler([new HttpResponse(200, {}, '1')]);
    await expect(new Client({ handler, parseJson: refuse }).get('http://a.test/').json()).rejects.toMatchObject({
      code: 'ERR_BODY_JSON',
      cause: new Error('not mine'),
    });
    const client = new Client({ handler, stringifyJson: refuse });
    await expect(client.post('http://a.test/', { json: 1 })).rejects.toThrow(
      'option json cannot be written as JSON: not mine',
    );
    const silent = client.post('http://a.test/', { json: 1, stringifyJson: (() => undefined) as never });
    await expect(silent).rejects.toThrow('option stringifyJson must return text, got undefined');
  });

  it.each(['parseJson', 'stringifyJson'])('refuse a %s that is no function', (name) => {
    expect(() => new Client({ [name]: 'x' })).toThrow(`option ${name} must be a function, got "x"`);
  });
});

describe('what JSON writes as an empty record', () => {
  const promised = async () => ({ name: 'Ada' });
  it.each<[string, unknown, RegExp]>([
    ['a promise', promised(), /^option json is a promise, .*await it first$/],
    ['a Map', new Map([['a', 1]]), /^option json is a Map, .*Object\.fromEntries\(map\)$/],
    ['a Set', new Set([1]), /^option json is a Set, .*\[\.\.\.set\]$/],
    ['a promise within', { user: promised() }, /^option json has at "user" a promise, /],
    ['a Map in a list within', { list: [{}, { a: [new Map()] }] }, /^option json has at "0" a Map, /],
  ])('%s is refused, and nothing is sent', async (_, json, words) => {
    const mock = mockHandler([new HttpResponse(200)]);
    const client = new Client({ handler: mock });
    await expect(client.post('http://a.test/', { json })).rejects.toThrow(words);
    await expect(client.post('http://a.test/', { json })).rejects.toThrow(TypeError);
    // Its one answer is still there.
    expect(mock.count).toBe(1);
    expect(() => HttpResponse.json(json)).toThrow(TypeError);
  });

  it("an empty record, a text of its signs, a toJSON and a writer of one's own are sent", async () => {
    const sent: (string | undefined)[] = [];
    const client = new Client({
      handler: async (request) => {
        sent.push(await request.text());
        return new HttpResponse(200);
      },
    });
    const own = Object.assign(new Map([['a', 1]]), { toJSON: () => ({}) });
    for (const json of [{}, { a: '{}', b: { c: {} } }, { own }]) await client.post('http://a.test/', { json });
    await client.post('http://a.test/', { json: new Map(), stringifyJson: () => '{}' });
    expect(sent).toEqual(['{}', '{"a":"{}","b":{"c":{}}}', '{"own":{}}', '{}']);
  });
});
