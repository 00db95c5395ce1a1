/**
 * From undici: each thing twice, with undici and with sluice. Both send the same request and give the same value, which
 * test/examples/migrate.test.ts holds over a server on loopback. `origin` is that server.
 */
import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { Client, get, HandlerStack, isClientError, post, undiciHandler } from 'sluice';
import { Agent, interceptors, MockAgent, ProxyAgent, RetryAgent, request, stream } from 'undici';

export const pairs = {
  request: {
    async theirs(origin: string) {
      const { statusCode, body } = await request(`${origin}/anything`, { query: { page: 2 } });
      const data = (await body.json()) as { method: string };
      return [statusCode, data.method];
    },
    async ours(origin: string) {
      const response = await get(`${origin}/anything`, { query: { page: 2 } });
      const data = await response.json<{ method: string }>();
      return [response.status, data.method];
    },
  },
  json: {
    async theirs(origin: string) {
      const headers = { 'content-type': 'application/json' };
      const answer = await request(`${origin}/post`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ name: 'Ada' }),
      });
      await answer.body.dump();
      return answer.statusCode;
    },
    async ours(origin: string) {
      // The body was read when the call resolves: nothing has to be dumped.
      return (await post(`${origin}/post`, { json: { name: 'Ada' } })).status;
    },
  },
  responseErrors: {
    async theirs(origin: string) {
      const dispatcher = new Agent().compose(interceptors.responseError());
      const error = await request(`${origin}/status/404`, { dispatcher }).catch((reason) => reason);
      return error.statusCode;
    },
    async ours(origin: string) {
      const error = await get(`${origin}/status/404`).catch((reason) => reason);
      return isClientError(error) ? error.response.status : error;
    },
  },
  redirect: {
    async theirs(origin: string) {
      const dispatcher = new Agent().compose(interceptors.redirect({ maxRedirections: 5 }));
      const { statusCode, body } = await request(`${origin}/redirect/2`, { dispatcher });
      await body.dump();
      return statusCode;
    },
    async ours(origin: string) {
      // Five are followed by default.
      return (await get(`${origin}/redirect/2`)).status;
    },
  },
  retry: {
    async theirs(origin: string) {
      const dispatcher = new RetryAgent(new Agent(), { maxRetries: 2, minTimeout: 1, statusCodes: [503] });
      const { statusCode, body } = await request(`${origin}/flaky?fail=2&key=${randomUUID()}`, { dispatcher });
      await body.dump();
      return statusCode;
    },
    async ours(origin: string) {
      const uri = `${origin}/flaky?fail=2&key=${randomUUID()}`;
      return (await get(uri, { retry: { limit: 2, statuses: [503], maxDelay: 1 } })).status;
    },
  },
  connections: {
    async theirs(origin: string) {
      const dispatcher = new Agent({ connections: 2, keepAliveTimeout: 30_000 });
      const ask = async () => {
        const { statusCode, body } = await request(`${origin}/json`, { dispatcher });
        await body.dump();
        return statusCode;
      };
      const statuses = await Promise.all([ask(), ask(), ask()]);
      await dispatcher.close();
      return statuses;
    },
    async ours(origin: string) {
      const client = new Client({ connections: 2, idleTimeout: '30s' });
      const ask = async () => (await client.get(`${origin}/json`)).status;
      const statuses = await Promise.all([ask(), ask(), ask()]);
      await client.close();
      return statuses;
    },
  },
  stream: {
    async theirs(origin: string) {
      let size = 0;
      const write = (chunk: Buffer, _: string, done: () => void) => {
        size += chunk.length;
        done();
      };
      await stream(`${origin}/bytes/3000`, { method: 'GET' }, () => new Writable({ write }));
      return size;
    },
    async ours(origin: string) {
      let size = 0;
      const write = (chunk: Buffer, _: string, done: () => void) => {
        size += chunk.length;
        done();
      };
      await get(`${origin}/bytes/3000`, { sink: new Writable({ write }) });
      return size;
    },
  },
  timeouts: {
    async theirs(origin: string) {
      const error = await request(`${origin}/stall`, { headersTimeout: 500, bodyTimeout: 1000 }).catch(
        (reason) => reason,
      );
      return error.name === 'HeadersTimeoutError' ? 'no head' : error;
    },
    async ours(origin: string) {
      const error = await get(`${origin}/stall`, { headersTimeout: 500, readTimeout: 1000 }).catch((reason) => reason);
      return error.code === 'ERR_TIMEOUT_HEADERS' ? 'no head' : error;
    },
  },
  proxy: {
    async theirs(origin: string) {
      const dispatcher = new ProxyAgent({ uri: origin, proxyTunnel: false });
      const { body } = await request('http://service.example/echo', { dispatcher });
      return ((await body.json()) as { method: string }).method;
    },
    async ours(origin: string) {
      const seen = await get('http://service.example/echo', { proxy: origin }).json<{ method: string }>();
      return seen.method;
    },
  },
  mockAgent: {
    async theirs() {
      const dispatcher = new MockAgent();
      dispatcher
        .get('http://service.example')
        .intercept({ path: '/users' })
        .reply(200, [{ name: 'Ada' }]);
      const { body } = await request('http://service.example/users', { dispatcher });
      return body.json();
    },
    async ours() {
      // A dispatcher goes on working under the layers; doubles of ours are in `sluice/testing`.
      const dispatcher = new MockAgent();
      dispatcher
        .get('http://service.example')
        .intercept({ path: '/users' })
        .reply(200, [{ name: 'Ada' }]);
      const client = new Client({ handler: HandlerStack.create(undiciHandler({ dispatcher })) });
      return client.get('http://service.example/users').json();
    },
  },
};
