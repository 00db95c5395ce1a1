/**
 * From got: each thing twice, with got and with sluice. Both send the same request and give the same value, which
 * test/examples/migrate.test.ts holds over a server on loopback. `origin` is that server.
 */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import got, { HTTPError } from 'got';
import { Client, get, isClientError, isTimeoutError, post } from 'sluice';
import { CookieJar } from 'tough-cookie';

export const pairs = {
  json: {
    async theirs(origin: string) {
      const data = await got.post(`${origin}/post`, { json: { name: 'Ada' } }).json<{ body: string }>();
      return data.body;
    },
    async ours(origin: string) {
      const data = await post(`${origin}/post`, { json: { name: 'Ada' } }).json<{ body: string }>();
      return data.body;
    },
  },
  body: {
    async theirs(origin: string) {
      const { body, statusCode } = await got(`${origin}/text`);
      return `${statusCode} ${body.length}`;
    },
    async ours(origin: string) {
      // The body of an answer is read by a method: `text()`, `json()`, `bytes()`, `blob()`.
      const response = await get(`${origin}/text`);
      return `${response.status} ${(await response.text()).length}`;
    },
  },
  query: {
    async theirs(origin: string) {
      const { statusCode } = await got(`${origin}/anything`, {
        searchParams: { page: 2, none: undefined, empty: null },
      });
      return statusCode;
    },
    async ours(origin: string) {
      const { status } = await get(`${origin}/anything`, { query: { page: 2, none: undefined, empty: null } });
      return status;
    },
  },
  form: {
    async theirs(origin: string) {
      const { statusCode } = await got.post(`${origin}/post`, { form: { name: 'Ada', role: 'admin' } });
      return statusCode;
    },
    async ours(origin: string) {
      const { status } = await post(`${origin}/post`, { formParams: { name: 'Ada', role: 'admin' } });
      return status;
    },
  },
  prefixUrl: {
    async theirs(origin: string) {
      const api = got.extend({ prefixUrl: `${origin}/anything/v1`, headers: { 'x-app': 'demo' } });
      return (await api('users').json<{ url: string }>()).url;
    },
    async ours(origin: string) {
      // The slash at the end matters: `baseUri` is resolved by RFC 3986, not joined.
      const api = new Client({ baseUri: `${origin}/anything/v1/`, headers: { 'x-app': 'demo' } });
      return (await api.get('users').json<{ url: string }>()).url;
    },
  },
  extend: {
    async theirs(origin: string) {
      const api = got.extend({ headers: { 'x-app': 'demo' } });
      const admin = api.extend({ headers: { 'x-role': 'admin' } });
      return (await admin(`${origin}/anything`)).statusCode;
    },
    async ours(origin: string) {
      const api = new Client({ headers: { 'x-app': 'demo' } });
      const admin = api.extend({ headers: { 'x-role': 'admin' } });
      return (await admin.get(`${origin}/anything`)).status;
    },
  },
  throwHttpErrors: {
    async theirs(origin: string) {
      const { statusCode } = await got(`${origin}/status/404`, { throwHttpErrors: false });
      return statusCode;
    },
    async ours(origin: string) {
      const { status } = await get(`${origin}/status/404`, { httpErrors: false });
      return status;
    },
  },
  errors: {
    async theirs(origin: string) {
      try {
        return await got(`${origin}/status/404`).text();
      } catch (error) {
        if (error instanceof HTTPError) return `${error.response.statusCode}: ${error.response.body}`;
        throw error;
      }
    },
    async ours(origin: string) {
      try {
        return await get(`${origin}/status/404`).text();
      } catch (error) {
        if (isClientError(error)) return `${error.response.status}: ${error.data}`;
        throw error;
      }
    },
  },
  retry: {
    async theirs(origin: string) {
      // Two retries are got's default.
      const uri = `${origin}/flaky?fail=2&key=${randomUUID()}`;
      const { statusCode, retryCount } = await got(uri, { retry: { backoffLimit: 1 } });
      return [statusCode, retryCount];
    },
    async ours(origin: string) {
      // None is the default here: give the client `retry: 2`.
      const client = new Client({ retry: { limit: 2, maxDelay: 1 } });
      const { status, attempts } = await client.get(`${origin}/flaky?fail=2&key=${randomUUID()}`);
      return [status, attempts - 1];
    },
  },
  timeout: {
    async theirs(origin: string) {
      const timeout = { connect: 10_000, response: 500 };
      const error = await got(`${origin}/stall`, { timeout, retry: { limit: 0 } }).catch((reason) => reason);
      return error.name === 'TimeoutError' && error.event === 'response' ? 'no answer' : error.code;
    },
    async ours(origin: string) {
      const error = await get(`${origin}/stall`, { connectTimeout: '10s', headersTimeout: 500 }).catch(
        (reason) => reason,
      );
      return isTimeoutError(error) && error.phase === 'headers' ? 'no answer' : error.code;
    },
  },
  cancel: {
    async theirs(origin: string) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 500);
      return got(`${origin}/delay/5000`, { signal: controller.signal }).catch((error) => error.name);
    },
    async ours(origin: string) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 500);
      return get(`${origin}/delay/5000`, { signal: controller.signal }).catch((error) => error.name);
    },
  },
  paginate: {
    async theirs(origin: string) {
      const pages = got.paginate<number>(`${origin}/numbers`, { responseType: 'json', pagination: { countLimit: 5 } });
      const seen: number[] = [];
      for await (const item of pages) seen.push(item);
      return seen;
    },
    async ours(origin: string) {
      const seen: number[] = [];
      for await (const item of new Client().paginate<number>(`${origin}/numbers`, { maxItems: 5 })) seen.push(item);
      return seen;
    },
  },
  stream: {
    async theirs(origin: string) {
      let size = 0;
      for await (const chunk of got.stream(`${origin}/bytes/1000`)) size += chunk.length;
      return size;
    },
    async ours(origin: string) {
      let size = 0;
      for await (const chunk of await get(`${origin}/bytes/1000`, { stream: true })) size += chunk.length;
      return size;
    },
  },
  upload: {
    async theirs(origin: string) {
      return (await got.post(`${origin}/post`, { body: Readable.from(['one\n', 'two\n']) })).statusCode;
    },
    async ours(origin: string) {
      // A function makes the stream anew for each sending, so that a retry can send it too.
      return (await post(`${origin}/post`, { body: () => Readable.from(['one\n', 'two\n']) })).status;
    },
  },
  cookieJar: {
    async theirs(origin: string) {
      const api = got.extend({ cookieJar: new CookieJar() });
      await api(`${origin}/cookies/set?theme=dark`, { followRedirect: false });
      return (await api(`${origin}/cookies`)).statusCode;
    },
    async ours(origin: string) {
      // A jar for the client. It takes any jar with the two methods of ours: `CookieJar`, `FileCookieJar`.
      const api = new Client({ cookies: true });
      await api.get(`${origin}/cookies/set?theme=dark`, { allowRedirects: false });
      return (await api.get(`${origin}/cookies`)).status;
    },
  },
  redirects: {
    async theirs(origin: string) {
      const { url, redirectUrls } = await got(`${origin}/redirect/2`, { maxRedirects: 3 });
      return [new URL(url).pathname, redirectUrls.length];
    },
    async ours(origin: string) {
      const { url, redirects } = await get(`${origin}/redirect/2`, { allowRedirects: { max: 3 } });
      return [new URL(url).pathname, redirects.length];
    },
  },
  auth: {
    async theirs(origin: string) {
      return (await got(`${origin}/basic-auth/ada/pw`, { username: 'ada', password: 'pw' })).statusCode;
    },
    async ours(origin: string) {
      return (await get(`${origin}/basic-auth/ada/pw`, { auth: ['ada', 'pw'] })).status;
    },
  },
};
