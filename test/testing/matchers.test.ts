import { beforeAll, describe, expect, it } from 'vitest';
import { Client, HandlerStack, HttpRequest, HttpResponse } from '../../src/index.ts';
import { type HistoryEntry, history } from '../../src/middleware/history.ts';
import { expectations } from '../../src/testing/doubles/expectations.ts';
import { routes } from '../../src/testing/doubles/routes.ts';
import { matchers, type RequestMatchers } from '../../src/testing/matchers/index.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';
import { startServer } from '../../src/testing/server.ts';

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the runner declares its own so
  interface Matchers<T = any> extends RequestMatchers<T> {}
}

beforeAll(() => expect.extend(matchers));

const post = async (client: Client) => client.post('http://h.test/users?page=2', { json: { name: 'Ada' } });

describe('toHaveRequested', () => {
  it('is about every double, a history, a client and a list', async () => {
    const mock = mockHandler([new HttpResponse()]);
    const site = routes({ 'POST /users': 201 });
    const api = expectations();
    api.expect('POST', '/users').reply(200);
    const entries: HistoryEntry[] = [];
    for (const handler of [mock, site, api]) {
      const client = new Client({ handler: HandlerStack.create(handler).push(history(entries)) });
      await post(client);
      expect(handler).toHaveRequested('POST', '/users', { json: { name: 'Ada' }, query: { page: 2 } });
      expect(handler).not.toHaveRequested('GET', '/users');
      expect(client).toHaveRequested('POST', '/users');
    }
    expect(entries).toHaveRequested('POST', 'http://h.test/users');
    expect([new HttpRequest('GET', 'http://h.test/a')]).toHaveRequested('GET', '/:name');
  });

  it('is about a server that was really asked', async () => {
    await using server = await startServer();
    await using client = new Client({ baseUri: `${server.origin}/` });
    await client.post('anything?x=1', { json: [1], headers: { 'X-A': 'b' } });
    expect(server).toHaveRequested('POST', '/anything', { json: [1], headers: { 'x-a': 'b' }, query: { x: 1 } });
  });

  it('prints the nearest request and the difference', async () => {
    const mock = mockHandler([new HttpResponse()]);
    await post(new Client({ handler: HandlerStack.create(mock) }));
    const failing = () => expect(mock).toHaveRequested('POST', '/users', { json: { name: 'Eve' } });
    expect(failing).toThrow(
      'expected that POST /users was requested; the nearest was POST http://h.test/users?page=2:\n  json.name: expected "Eve", got "Ada"\nrequested were:\n  POST http://h.test/users?page=2',
    );
    expect(() => expect(mock).not.toHaveRequested('POST', '/users')).toThrow('was not requested, and it was');
    expect(() => expect(mockHandler()).toHaveRequested('GET', '/')).toThrow('was requested, and nothing was');
  });

  it('shows no secret', () => {
    const asked = [new HttpRequest('GET', 'http://h.test/?token=tops3cret', { Authorization: 'Bearer tops3cret' })];
    const failing = () => expect(asked).toHaveRequested('GET', '/x', { headers: { authorization: 'other' } });
    expect(failing).toThrow(/^(?!.*tops3cret)/s);
  });

  it('refuses what holds no requests', () => {
    expect(() => expect(7).toHaveRequested('GET', '/')).toThrow(/is about a double, a TestServer/);
    expect(() => expect([7]).toHaveRequested('GET', '/')).toThrow(/holds number, which is none/);
  });
});
