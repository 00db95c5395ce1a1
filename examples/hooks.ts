/**
 * Hooks by name: each hook of axios, got and ky, and what stands in its place here. Both send the same requests and give
 * the same value, which test/examples/migrate.test.ts holds over a server on loopback. `origin` is that server.
 */
import { randomUUID } from 'node:crypto';
import axios from 'axios';
import got from 'got';
import ky from 'ky';
import type { HttpRequest, Middleware } from 'sluice';
import { type AuthFlow, Client, HandlerStack, HttpResponse, isClientError, mapRequest, mapResponse } from 'sluice';

/** Stands for whatever has to be waited for: a vault, a session, a file. */
const readToken = async () => 'from-the-vault';

export const axiosHooks = {
  request: {
    async theirs(origin: string) {
      const api = axios.create();
      api.interceptors.request.use(async (config) => {
        config.headers.set('X-Token', await readToken());
        return config;
      });
      return (await api.get(`${origin}/anything`)).status;
    },
    async ours(origin: string) {
      // `unshift`: once for a call. `push`: for each redirect and each attempt.
      const withToken = mapRequest(async (request) => request.withHeader('X-Token', await readToken()));
      const api = new Client({ handler: HandlerStack.create().unshift(withToken, 'withToken') });
      return (await api.get(`${origin}/anything`)).status;
    },
  },
  response: {
    async theirs(origin: string) {
      const api = axios.create();
      api.interceptors.response.use((response) => ({ ...response, data: response.data.trim() }));
      return (await api.get(`${origin}/status/200`)).data;
    },
    async ours(origin: string) {
      // It sees the answer that the caller would get; failures pass.
      const trimmed = mapResponse(async (response) => response.with({ body: (await response.text()).trim() }));
      const api = new Client({ handler: HandlerStack.create().unshift(trimmed, 'trimmed') });
      return api.get(`${origin}/status/200`).text();
    },
  },
  rejected: {
    async theirs(origin: string) {
      const api = axios.create();
      api.interceptors.response.use(undefined, (error) => {
        if (error.response?.status === 404) return { ...error.response, data: 'nobody' };
        throw error;
      });
      return (await api.get(`${origin}/status/404`)).data;
    },
    async ours(origin: string) {
      // The outermost layer sees bad statuses too. A call that was stopped has rejected already: what is thrown then is lost.
      const orNobody: Middleware = (next) => (request, options) =>
        next(request, options).catch((error) => {
          if (isClientError(error) && error.response.status === 404) return new HttpResponse(200, {}, 'nobody');
          throw error;
        });
      const api = new Client({ handler: HandlerStack.create().unshift(orNobody, 'orNobody') });
      return api.get(`${origin}/status/404`).text();
    },
  },
  resend: {
    async theirs(origin: string) {
      const api = axios.create();
      api.interceptors.response.use(undefined, async (error) => {
        if (error.response?.status !== 401 || error.config.headers.has('Authorization')) throw error;
        error.config.headers.set('Authorization', `Bearer ${await readToken()}`);
        return api.request(error.config);
      });
      return (await api.get(`${origin}/bearer/from-the-vault`)).status;
    },
    async ours(origin: string) {
      // Inside of `httpErrors` a bad status is an answer. Discarded, it gives its connection back before the next request.
      const resend: Middleware = (next) => async (request, options) => {
        const response = await next(request, options);
        if (response.status !== 401) return response;
        await response.discard();
        return next(request.withHeader('Authorization', `Bearer ${await readToken()}`), options);
      };
      const api = new Client({ handler: HandlerStack.create().after('httpErrors', resend, 'resend') });
      return (await api.get(`${origin}/bearer/from-the-vault`)).status;
    },
  },
  transformRequest: {
    async theirs(origin: string) {
      const write = (data: unknown) =>
        JSON.stringify(data, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
      const headers = { 'Content-Type': 'application/json' };
      return (await axios.post(`${origin}/post`, { id: 7n }, { transformRequest: [write], headers })).status;
    },
    async ours(origin: string) {
      const write = (data: unknown) =>
        JSON.stringify(data, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
      const api = new Client({ stringifyJson: write });
      return (await api.post(`${origin}/post`, { json: { id: 7n } })).status;
    },
  },
  transformResponse: {
    async theirs(origin: string) {
      const read = (text: string) => JSON.parse(text, (key, value) => (key === 'method' ? value.toLowerCase() : value));
      return (await axios.get(`${origin}/anything`, { transformResponse: [read] })).data.method;
    },
    async ours(origin: string) {
      const read = (text: string) => JSON.parse(text, (key, value) => (key === 'method' ? value.toLowerCase() : value));
      const api = new Client({ parseJson: read });
      return (await api.get(`${origin}/anything`).json<{ method: string }>()).method;
    },
  },
  beforeRedirect: {
    async theirs(origin: string) {
      const hops: string[] = [];
      await axios.get(`${origin}/redirect/2`, { beforeRedirect: ({ path }) => void hops.push(path) });
      return hops;
    },
    async ours(origin: string) {
      const hops: string[] = [];
      const onRedirect = (_request: unknown, _response: unknown, uri: string) => void hops.push(new URL(uri).pathname);
      await new Client({ allowRedirects: { onRedirect } }).get(`${origin}/redirect/2`);
      return hops;
    },
  },
};

export const gotHooks = {
  beforeRequest: {
    async theirs(origin: string) {
      const api = got.extend({
        hooks: { beforeRequest: [async ({ headers }) => void (headers['x-token'] = await readToken())] },
      });
      return (await api(`${origin}/redirect/1`)).statusCode;
    },
    async ours(origin: string) {
      const withToken = mapRequest(async (request) => request.withHeader('X-Token', await readToken()));
      const api = new Client({ handler: HandlerStack.create().unshift(withToken, 'withToken') });
      return (await api.get(`${origin}/redirect/1`)).status;
    },
  },
  beforeRedirect: {
    async theirs(origin: string) {
      const beforeRedirect = [
        ({ url }: { url?: string | URL | undefined }) => {
          if (new URL(url ?? '').pathname === '/redirect/1') throw new Error('no further');
        },
      ];
      return got(`${origin}/redirect/2`, { hooks: { beforeRedirect } }).catch(({ message }) => message);
    },
    async ours(origin: string) {
      const onRedirect = (_request: unknown, _response: unknown, uri: string) => {
        if (new URL(uri).pathname === '/redirect/1') throw new Error('no further');
      };
      const api = new Client({ allowRedirects: { onRedirect } });
      return api.get(`${origin}/redirect/2`).catch(({ message }) => message);
    },
  },
  beforeRetry: {
    async theirs(origin: string) {
      const api = got.extend({
        retry: { limit: 2, backoffLimit: 1 },
        hooks: {
          beforeRetry: [({ options }, count) => void (options.headers['x-retry-count'] = String(count))],
        },
      });
      return (await api(`${origin}/flaky?fail=2&key=${randomUUID()}`)).statusCode;
    },
    async ours(origin: string) {
      // Next inside of `retry` a layer sees each attempt, also where the server said when (`Retry-After`).
      const handler = HandlerStack.create().after('retry', retryCount, 'retryCount');
      const api = new Client({ handler, retry: { limit: 2, maxDelay: 1 } });
      return (await api.get(`${origin}/flaky?fail=2&key=${randomUUID()}`)).status;
    },
  },
  beforeError: {
    async theirs(origin: string) {
      const api = got.extend({
        hooks: {
          beforeError: [
            (error) => {
              error.message = `users: ${error.response?.statusCode}`;
              return error;
            },
          ],
        },
      });
      return api(`${origin}/status/404`).catch(({ message }) => message);
    },
    async ours(origin: string) {
      // An error of yours with ours as its cause keeps the code, the request and the response.
      const named: Middleware = (next) => (request, options) =>
        next(request, options).catch((cause) => {
          throw new Error(`users: ${isClientError(cause) ? cause.response.status : cause.code}`, { cause });
        });
      const api = new Client({ handler: HandlerStack.create().unshift(named, 'named') });
      return api.get(`${origin}/status/404`).catch(({ message }) => message);
    },
  },
  afterResponse: {
    async theirs(origin: string) {
      const api = got.extend({
        hooks: {
          afterResponse: [
            async (response, retryWithMergedOptions) => {
              if (response.statusCode !== 401) return response;
              return retryWithMergedOptions({ headers: { authorization: `Bearer ${await readToken()}` } });
            },
          ],
        },
      });
      return (await api(`${origin}/bearer/from-the-vault`)).statusCode;
    },
    async ours(origin: string) {
      // To send again after an answer is `auth`'s, which yields requests and is given their responses.
      const auth: AuthFlow = async function* (request) {
        const response = yield request;
        if (response.status !== 401) return response;
        return yield request.withHeader('Authorization', `Bearer ${await readToken()}`);
      };
      return (await new Client({ auth }).get(`${origin}/bearer/from-the-vault`)).status;
    },
  },
};

const retryCount: Middleware = (next) => {
  // All attempts have the same request; a redirect makes another one, whose retries are counted anew.
  const sent = new WeakMap<HttpRequest, number>();
  return (request, options) => {
    const retries = sent.get(request) ?? 0;
    sent.set(request, retries + 1);
    return next(retries === 0 ? request : request.withHeader('X-Retry-Count', `${retries}`), options);
  };
};

export const kyHooks = {
  beforeRequest: {
    async theirs(origin: string) {
      const hook = (request: Request) => {
        if (request.url.endsWith('/cached')) return new Response('from memory');
        return undefined;
      };
      const api = ky.create({ hooks: { beforeRequest: [hook] } });
      return [await api(`${origin}/cached`).text(), (await api(`${origin}/anything`)).status];
    },
    async ours(origin: string) {
      // A layer that does not call `next` answers by itself.
      const fromMemory: Middleware = (next) => (request, options) =>
        request.url.endsWith('/cached')
          ? Promise.resolve(new HttpResponse(200, {}, 'from memory'))
          : next(request, options);
      const api = new Client({ handler: HandlerStack.create().unshift(fromMemory, 'fromMemory') });
      return [await api.get(`${origin}/cached`).text(), (await api.get(`${origin}/anything`)).status];
    },
  },
  beforeRetry: {
    async theirs(origin: string) {
      const counts: number[] = [];
      const api = ky.create({
        retry: { limit: 2, backoffLimit: 1 },
        hooks: { beforeRetry: [({ retryCount: count }) => void counts.push(count)] },
      });
      await api(`${origin}/flaky?fail=2&key=${randomUUID()}`);
      return counts;
    },
    async ours(origin: string) {
      const counts: number[] = [];
      const delay = ({ attempt }: { attempt: number }) => {
        counts.push(attempt);
        return 1;
      };
      await new Client({ retry: { limit: 2, delay } }).get(`${origin}/flaky?fail=2&key=${randomUUID()}`);
      return counts;
    },
  },
  stopRetry: {
    async theirs(origin: string) {
      const hook = ({ error }: { error: Error }) => (error.message.includes('503') ? ky.stop : undefined);
      const api = ky.create({ retry: { limit: 2, backoffLimit: 1 }, hooks: { beforeRetry: [hook] } });
      // What is stopped gives `undefined`.
      await api(`${origin}/flaky?fail=2&key=${randomUUID()}`).catch(() => undefined);
    },
    async ours(origin: string) {
      const decider = ({ response }: { response?: HttpResponse | undefined }) => response?.status !== 503;
      const api = new Client({ retry: { limit: 2, decider } });
      // What is not retried is the error of its attempt.
      await api.get(`${origin}/flaky?fail=2&key=${randomUUID()}`).catch(() => undefined);
    },
  },
  afterResponse: {
    async theirs(origin: string) {
      const hook = (_request: Request, _options: unknown, response: Response) => {
        if (response.headers.get('deprecation') !== null) console.warn('this address goes away');
      };
      return (await ky(`${origin}/anything`, { hooks: { afterResponse: [hook] } })).status;
    },
    async ours(origin: string) {
      const warned = mapResponse((response) => {
        if (response.headers.has('deprecation')) console.warn('this address goes away');
        return response;
      });
      const api = new Client({ handler: HandlerStack.create().unshift(warned, 'warned') });
      return (await api.get(`${origin}/anything`)).status;
    },
  },
  beforeError: {
    async theirs(origin: string) {
      const api = ky.create({
        hooks: {
          beforeError: [
            (error) => {
              error.message = `users: ${error.response.status}`;
              return error;
            },
          ],
        },
      });
      return api(`${origin}/status/404`).catch(({ message }) => message);
    },
    async ours(origin: string) {
      const named: Middleware = (next) => (request, options) =>
        next(request, options).catch((cause) => {
          throw new Error(`users: ${isClientError(cause) ? cause.response.status : cause.code}`, { cause });
        });
      const api = new Client({ handler: HandlerStack.create().unshift(named, 'named') });
      return api.get(`${origin}/status/404`).catch(({ message }) => message);
    },
  },
};
