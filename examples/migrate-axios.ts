/**
 * From axios: each thing twice, with axios and with sluice. Both send the same request and give the same value, which
 * test/examples/migrate.test.ts holds over a server on loopback. `origin` is that server.
 */
import axios, { AxiosError } from 'axios';
import { Client, get, isClientError, isTimeoutError, Pool, post } from 'sluice';

export const pairs = {
  get: {
    async theirs(origin: string) {
      const { data } = await axios.get<{ method: string }>(`${origin}/anything/users/1`);
      return data.method;
    },
    async ours(origin: string) {
      const data = await get(`${origin}/anything/users/1`).json<{ method: string }>();
      return data.method;
    },
  },
  query: {
    async theirs(origin: string) {
      const { status } = await axios.get(`${origin}/anything`, {
        params: { page: 2, tags: ['a', 'b'], none: undefined },
      });
      return status;
    },
    async ours(origin: string) {
      // axios writes a list as `tags[]`; without `arrayFormat` it is `tags[0]` and `tags[1]` here.
      const query = { page: 2, tags: ['a', 'b'], none: undefined };
      const { status } = await get(`${origin}/anything`, { query, arrayFormat: 'brackets' });
      return status;
    },
  },
  json: {
    async theirs(origin: string) {
      const { data } = await axios.post<{ body: string }>(`${origin}/post`, { name: 'Ada' });
      return data.body;
    },
    async ours(origin: string) {
      // A body has a name: `json`, `formParams`, `multipart` or `body`.
      const data = await post(`${origin}/post`, { json: { name: 'Ada' } }).json<{ body: string }>();
      return data.body;
    },
  },
  form: {
    async theirs(origin: string) {
      const { status } = await axios.post(`${origin}/post`, new URLSearchParams({ name: 'Ada', role: 'admin' }));
      return status;
    },
    async ours(origin: string) {
      const { status } = await post(`${origin}/post`, { formParams: { name: 'Ada', role: 'admin' } });
      return status;
    },
  },
  multipart: {
    async theirs(origin: string) {
      const { status } = await axios.postForm(`${origin}/post`, { title: 'A note', lang: 'en' });
      return status;
    },
    async ours(origin: string) {
      const multipart = [
        { name: 'title', contents: 'A note' },
        { name: 'lang', contents: 'en' },
      ];
      const { status } = await post(`${origin}/post`, { multipart });
      return status;
    },
  },
  instance: {
    async theirs(origin: string) {
      const api = axios.create({ baseURL: `${origin}/anything/v1`, headers: { 'X-App': 'demo' }, timeout: 10_000 });
      const { data } = await api.get<{ url: string }>('/users');
      return data.url;
    },
    async ours(origin: string) {
      // `baseUri` is resolved by RFC 3986: it ends with a slash, and the path of a call begins without one.
      const api = new Client({ baseUri: `${origin}/anything/v1/`, headers: { 'X-App': 'demo' }, timeout: '10s' });
      const data = await api.get('users').json<{ url: string }>();
      return data.url;
    },
  },
  defaults: {
    async theirs(origin: string) {
      const api = axios.create({ baseURL: origin });
      api.defaults.headers.common['X-Role'] = 'admin';
      const { status } = await api.get('/anything');
      return status;
    },
    async ours(origin: string) {
      // The options of a client do not change. `extend` makes another one over the same connections.
      const api = new Client({ baseUri: origin });
      const admin = api.extend({ headers: { 'X-Role': 'admin' } });
      const { status } = await admin.get('/anything');
      return status;
    },
  },
  auth: {
    async theirs(origin: string) {
      const { status } = await axios.get(`${origin}/basic-auth/ada/pw`, { auth: { username: 'ada', password: 'pw' } });
      return status;
    },
    async ours(origin: string) {
      const { status } = await get(`${origin}/basic-auth/ada/pw`, { auth: ['ada', 'pw'] });
      return status;
    },
  },
  errors: {
    async theirs(origin: string) {
      try {
        await axios.get(`${origin}/status/404`);
        return 'found';
      } catch (error) {
        if (error instanceof AxiosError && error.response) return `${error.response.status}: ${error.response.data}`;
        throw error;
      }
    },
    async ours(origin: string) {
      try {
        await get(`${origin}/status/404`);
        return 'found';
      } catch (error) {
        // `data` is the body that was parsed; `response` can be read like any other.
        if (isClientError(error)) return `${error.response.status}: ${error.data}`;
        throw error;
      }
    },
  },
  validateStatus: {
    async theirs(origin: string) {
      const { status } = await axios.get(`${origin}/status/404`, { validateStatus: (code) => code < 500 });
      return status;
    },
    async ours(origin: string) {
      // The other way round: the function says which statuses are errors.
      const { status } = await get(`${origin}/status/404`, { httpErrors: (code) => code >= 500 });
      return status;
    },
  },
  timeout: {
    async theirs(origin: string) {
      const error = await axios.get(`${origin}/stall`, { timeout: 500 }).catch((reason) => reason);
      return error.code === 'ECONNABORTED' ? 'too slow' : error.code;
    },
    async ours(origin: string) {
      const error = await get(`${origin}/stall`, { timeout: 500 }).catch((reason) => reason);
      return isTimeoutError(error) ? 'too slow' : error.code;
    },
  },
  cancel: {
    async theirs(origin: string) {
      const controller = new AbortController();
      const call = axios.get(`${origin}/delay/5000`, { signal: controller.signal });
      setTimeout(() => controller.abort(), 500);
      return call.catch((error) => (axios.isCancel(error) ? 'cancelled' : error.code));
    },
    async ours(origin: string) {
      const controller = new AbortController();
      const call = get(`${origin}/delay/5000`, { signal: controller.signal });
      setTimeout(() => controller.abort(), 500);
      // The call rejects with the reason of the signal, as fetch does.
      return call.catch((error) => (error === controller.signal.reason ? 'cancelled' : error.code));
    },
  },
  bytes: {
    async theirs(origin: string) {
      const { data } = await axios.get<ArrayBuffer>(`${origin}/bytes/1000`, { responseType: 'arraybuffer' });
      return data.byteLength;
    },
    async ours(origin: string) {
      const data = await get(`${origin}/bytes/1000`).bytes();
      return data.byteLength;
    },
  },
  stream: {
    async theirs(origin: string) {
      const { data } = await axios.get(`${origin}/bytes/1000`, { responseType: 'stream' });
      let size = 0;
      for await (const chunk of data) size += chunk.length;
      return size;
    },
    async ours(origin: string) {
      const response = await get(`${origin}/bytes/1000`, { stream: true });
      let size = 0;
      for await (const chunk of response) size += chunk.length;
      return size;
    },
  },
  progress: {
    async theirs(origin: string) {
      let seen = 0;
      await axios.get(`${origin}/bytes/50000`, { onDownloadProgress: ({ loaded }) => (seen = loaded) });
      return seen;
    },
    async ours(origin: string) {
      let seen = 0;
      // One callback for both ways: `direction` tells them apart.
      await get(`${origin}/bytes/50000`, { progress: ({ transferred }) => void (seen = transferred) });
      return seen;
    },
  },
  redirects: {
    async theirs(origin: string) {
      const { status } = await axios.get(`${origin}/redirect/1`, { maxRedirects: 0, validateStatus: null });
      return status;
    },
    async ours(origin: string) {
      const { status } = await get(`${origin}/redirect/1`, { allowRedirects: false });
      return status;
    },
  },
  proxy: {
    async theirs(origin: string) {
      const { hostname, port } = new URL(origin);
      const proxy = { protocol: 'http', host: hostname, port: Number(port) };
      const { data } = await axios.get<{ url: string }>('http://service.example/echo', { proxy });
      return data.url;
    },
    async ours(origin: string) {
      const data = await get('http://service.example/echo', { proxy: origin }).json<{ url: string }>();
      return data.url;
    },
  },
  maxContentLength: {
    async theirs(origin: string) {
      const call = axios.get(`${origin}/bytes/5000`, { maxContentLength: 1000 });
      return call.then(
        () => 'arrived',
        () => 'too large',
      );
    },
    async ours(origin: string) {
      // 100 MiB is the limit without this option; axios has none.
      const call = get(`${origin}/bytes/5000`, { maxResponseSize: 1000 });
      return call.then(
        () => 'arrived',
        () => 'too large',
      );
    },
  },
  all: {
    async theirs(origin: string) {
      const answers = await Promise.all([1, 2, 3].map((id) => axios.get(`${origin}/anything/users/${id}`)));
      return answers.map(({ status }) => status);
    },
    async ours(origin: string) {
      // `Promise.all` works as well; a pool bounds how many run at a time, and one failure does not hide the others.
      const urls = [1, 2, 3].map((id) => `${origin}/anything/users/${id}`);
      const results = await Pool.batch(new Client(), urls, { concurrency: 2 });
      return results.map((result) => (result.status === 'fulfilled' ? result.value.status : result.reason));
    },
  },
};
