/**
 * From ky: each thing twice, with ky and with sluice. Both send the same request and give the same value, which
 * test/examples/migrate.test.ts holds over a server on loopback. `origin` is that server.
 */
import { randomUUID } from 'node:crypto';
import ky, { HTTPError, TimeoutError } from 'ky';
import { Client, get, isClientError, isTimeoutError, post } from 'sluice';

export const pairs = {
  json: {
    async theirs(origin: string) {
      const data = await ky.post(`${origin}/post`, { json: { name: 'Ada' } }).json<{ body: string }>();
      return data.body;
    },
    async ours(origin: string) {
      const data = await post(`${origin}/post`, { json: { name: 'Ada' } }).json<{ body: string }>();
      return data.body;
    },
  },
  query: {
    async theirs(origin: string) {
      return (await ky(`${origin}/anything`, { searchParams: { page: 2, lang: 'en' } })).status;
    },
    async ours(origin: string) {
      return (await get(`${origin}/anything`, { query: { page: 2, lang: 'en' } })).status;
    },
  },
  prefixUrl: {
    async theirs(origin: string) {
      const api = ky.create({ prefixUrl: `${origin}/anything/v1`, headers: { 'X-App': 'demo' } });
      return (await api('users').json<{ url: string }>()).url;
    },
    async ours(origin: string) {
      // The slash at the end matters: `baseUri` is resolved by RFC 3986, not joined.
      const api = new Client({ baseUri: `${origin}/anything/v1/`, headers: { 'X-App': 'demo' } });
      return (await api.get('users').json<{ url: string }>()).url;
    },
  },
  extend: {
    async theirs(origin: string) {
      const api = ky.create({ headers: { 'X-App': 'demo', 'X-Trace': 'on' } });
      // `undefined` takes a header out.
      const quiet = api.extend({ headers: { 'X-Role': 'admin', 'X-Trace': undefined } });
      return (await quiet(`${origin}/anything`)).status;
    },
    async ours(origin: string) {
      const api = new Client({ headers: { 'X-App': 'demo', 'X-Trace': 'on' } });
      // `undefined` inherits here; `null` takes a header out.
      const quiet = api.extend({ headers: { 'X-Role': 'admin', 'X-Trace': null } });
      return (await quiet.get(`${origin}/anything`)).status;
    },
  },
  form: {
    async theirs(origin: string) {
      return (await ky.post(`${origin}/post`, { body: new URLSearchParams({ name: 'Ada' }) })).status;
    },
    async ours(origin: string) {
      return (await post(`${origin}/post`, { body: new URLSearchParams({ name: 'Ada' }) })).status;
    },
  },
  multipart: {
    async theirs(origin: string) {
      const body = new FormData();
      body.set('title', 'A note');
      body.set('file', new Blob(['hello'], { type: 'text/plain' }), 'note.txt');
      return (await ky.post(`${origin}/post`, { body })).status;
    },
    async ours(origin: string) {
      const body = new FormData();
      body.set('title', 'A note');
      body.set('file', new Blob(['hello'], { type: 'text/plain' }), 'note.txt');
      return (await post(`${origin}/post`, { body })).status;
    },
  },
  errors: {
    async theirs(origin: string) {
      try {
        return await ky(`${origin}/status/404`).text();
      } catch (error) {
        if (error instanceof HTTPError) return `${error.response.status}: ${await error.response.text()}`;
        throw error;
      }
    },
    async ours(origin: string) {
      try {
        return await get(`${origin}/status/404`).text();
      } catch (error) {
        if (isClientError(error)) return `${error.response.status}: ${await error.response.text()}`;
        throw error;
      }
    },
  },
  throwHttpErrors: {
    async theirs(origin: string) {
      return (await ky(`${origin}/status/404`, { throwHttpErrors: false })).status;
    },
    async ours(origin: string) {
      return (await get(`${origin}/status/404`, { httpErrors: false })).status;
    },
  },
  retry: {
    async theirs(origin: string) {
      // Two retries are ky's default.
      const uri = `${origin}/flaky?fail=2&key=${randomUUID()}`;
      return (await ky(uri, { retry: { limit: 2, backoffLimit: 1 } })).status;
    },
    async ours(origin: string) {
      // None is the default here: give the client `retry: 2`.
      const uri = `${origin}/flaky?fail=2&key=${randomUUID()}`;
      return (await get(uri, { retry: { limit: 2, maxDelay: 1 } })).status;
    },
  },
  timeout: {
    async theirs(origin: string) {
      // 10 s is ky's default, for each attempt.
      const error = await ky(`${origin}/stall`, { timeout: 500 }).catch((reason) => reason);
      return error instanceof TimeoutError ? 'too slow' : error.name;
    },
    async ours(origin: string) {
      // No limit on the whole call is the default here: give the client `timeout: '10s'`.
      const error = await get(`${origin}/stall`, { timeout: 500 }).catch((reason) => reason);
      return isTimeoutError(error) ? 'too slow' : error.name;
    },
  },
  cancel: {
    async theirs(origin: string) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 500);
      return ky(`${origin}/delay/5000`, { signal: controller.signal }).catch((error) => error.name);
    },
    async ours(origin: string) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 500);
      return get(`${origin}/delay/5000`, { signal: controller.signal }).catch((error) => error.name);
    },
  },
  progress: {
    async theirs(origin: string) {
      let seen = 0;
      const onDownloadProgress = ({ transferredBytes }: { transferredBytes: number }) => void (seen = transferredBytes);
      await ky(`${origin}/bytes/50000`, { onDownloadProgress }).arrayBuffer();
      return seen;
    },
    async ours(origin: string) {
      let seen = 0;
      await get(`${origin}/bytes/50000`, { progress: ({ transferred }) => void (seen = transferred) });
      return seen;
    },
  },
  stream: {
    async theirs(origin: string) {
      const { body } = await ky(`${origin}/bytes/1000`);
      let size = 0;
      for await (const chunk of body!) size += chunk.length;
      return size;
    },
    async ours(origin: string) {
      const { body } = await get(`${origin}/bytes/1000`, { stream: true });
      let size = 0;
      for await (const chunk of body!) size += chunk.length;
      return size;
    },
  },
  fetch: {
    async theirs(origin: string) {
      const own: typeof fetch = (input, init) => fetch(input, init);
      return (await ky(`${origin}/anything`, { fetch: own })).status;
    },
    async ours(origin: string) {
      // Or the other way round: `ky.create({ fetch: new Client().fetch })` keeps ky and takes these layers under it.
      return (await ky(`${origin}/anything`, { fetch: new Client().fetch })).status;
    },
  },
};
