/**
 * From fetch: each thing twice, with the platform's fetch and with sluice. Both send the same request and give the same
 * value, which test/examples/migrate.test.ts holds over a server on loopback. `origin` is that server.
 */
import { Client, get, post } from 'sluice';

export const pairs = {
  sameCall: {
    async theirs(origin: string) {
      const response = await fetch(`${origin}/status/404`);
      return [response instanceof Response, response.ok, response.status];
    },
    async ours(origin: string) {
      // A stand-in with the same arguments and a real `Response`, over the layers and connections of a client.
      const { fetch } = new Client();
      const response = await fetch(`${origin}/status/404`);
      return [response instanceof Response, response.ok, response.status];
    },
  },
  json: {
    async theirs(origin: string) {
      const response = await fetch(`${origin}/json`);
      if (!response.ok) throw new Error(`status ${response.status}`);
      return response.json();
    },
    async ours(origin: string) {
      return get(`${origin}/json`).json();
    },
  },
  postJson: {
    async theirs(origin: string) {
      const headers = { 'Content-Type': 'application/json' };
      const response = await fetch(`${origin}/post`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ name: 'Ada' }),
      });
      return response.status;
    },
    async ours(origin: string) {
      const response = await post(`${origin}/post`, { json: { name: 'Ada' } });
      return response.status;
    },
  },
  query: {
    async theirs(origin: string) {
      const url = new URL('/anything', origin);
      url.searchParams.set('q', 'Ada Lovelace');
      return (await fetch(url)).status;
    },
    async ours(origin: string) {
      return (await get(`${origin}/anything`, { query: { q: 'Ada Lovelace' } })).status;
    },
  },
  form: {
    async theirs(origin: string) {
      const body = new FormData();
      body.set('title', 'A note');
      return (await fetch(`${origin}/post`, { method: 'POST', body })).status;
    },
    async ours(origin: string) {
      return (await post(`${origin}/post`, { multipart: [{ name: 'title', contents: 'A note' }] })).status;
    },
  },
  timeout: {
    async theirs(origin: string) {
      const error = await fetch(`${origin}/stall`, { signal: AbortSignal.timeout(500) }).catch((reason) => reason);
      return error.name;
    },
    async ours(origin: string) {
      // `code` says what took too long, and the message names the option.
      const error = await get(`${origin}/stall`, { timeout: 500 }).catch((reason) => reason);
      return error.name;
    },
  },
  bodyTimeout: {
    async theirs(origin: string) {
      const response = await fetch(`${origin}/stall-in-body`, { signal: AbortSignal.timeout(500) });
      return response.text().catch((error) => error.name);
    },
    async ours(origin: string) {
      return get(`${origin}/stall-in-body`, { timeout: 500 })
        .text()
        .catch((error) => error.name);
    },
  },
  redirect: {
    async theirs(origin: string) {
      return (await fetch(`${origin}/redirect/1`, { redirect: 'manual' })).status;
    },
    async ours(origin: string) {
      return (await get(`${origin}/redirect/1`, { allowRedirects: false })).status;
    },
  },
  redirectError: {
    async theirs(origin: string) {
      return fetch(`${origin}/redirect/1`, { redirect: 'error' }).then(
        () => 'answered',
        () => 'refused',
      );
    },
    async ours(origin: string) {
      return get(`${origin}/redirect/1`, { allowRedirects: false, httpErrors: (status) => status >= 300 }).then(
        () => 'answered',
        () => 'refused',
      );
    },
  },
  lines: {
    async theirs(origin: string) {
      const response = await fetch(`${origin}/ndjson/3`);
      const seen: number[] = [];
      let rest = '';
      for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) seen.push(JSON.parse(line).n);
      }
      return seen;
    },
    async ours(origin: string) {
      const response = await get(`${origin}/ndjson/3`, { stream: true });
      const seen: number[] = [];
      for await (const { n } of response.ndjson<{ n: number }>()) seen.push(n);
      return seen;
    },
  },
  request: {
    async theirs(origin: string) {
      const request = new Request(`${origin}/anything`, { method: 'DELETE', headers: { 'X-App': 'demo' } });
      return (await fetch(request)).status;
    },
    async ours(origin: string) {
      // `client.send(new HttpRequest(...))` is the same with a request of ours.
      const request = new Request(`${origin}/anything`, { method: 'DELETE', headers: { 'X-App': 'demo' } });
      return (await new Client().fetch(request)).status;
    },
  },
};
