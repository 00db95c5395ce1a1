/** What one call of a soak does. Each ends by itself, with an error of the tree, or with the reason it was stopped for. */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../../src/client/client.ts';
import { Pool } from '../../src/pool/pool.ts';
import { HARMFUL, HARMLESS } from './fault-server.ts';

export interface Stage {
  readonly client: Client;
  /** Of the test site, for this client. */
  readonly site: string;
  readonly faults: string;
  readonly i: number;
  /** A signal that never aborts and that many calls are given. */
  readonly shared: AbortSignal;
  /** From 0 up to, not including, `n`. */
  readonly draw: (n: number) => number;
}

/** A success that is none. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}

/** What calls are stopped for. */
export const stopped = new Error('the soak stopped this call');

type Act = (stage: Stage) => Promise<unknown>;

function check(isRight: boolean, what: string): void {
  if (!isRight) throw new WrongAnswer(what);
}

/** Acts that any handler can do, over the test site. */
const plain: Readonly<Record<string, Act>> = {
  async get({ client, site, shared }) {
    const bytes = await client.get(`${site}/bytes/2000`, { signal: shared }).bytes();
    check(bytes.byteLength === 2000, `GET brought ${bytes.byteLength} bytes`);
  },
  async post({ client, site, shared, i }) {
    const { body } = await client.post(`${site}/echo`, { json: { i }, signal: shared }).json<{ body: string }>();
    check(body === JSON.stringify({ i }), `POST of ${i} was answered with ${body}`);
  },
  async stream({ client, site, shared }) {
    let size = 0;
    const response = await client.get(`${site}/stream-bytes/200000`, { stream: true, signal: shared });
    for await (const chunk of response) size += chunk.byteLength;
    check(size === 200_000, `a stream brought ${size} bytes`);
  },
  async unread({ client, site, shared, i }) {
    const response = await client.get(`${site}/stream-bytes/200000`, { stream: true, signal: shared });
    if (i % 2 === 0) await response.discard();
    else for await (const _ of response) break;
  },
  async redirect({ client, site, shared }) {
    const { redirects } = await client.get(`${site}/redirect/3`, { signal: shared });
    check(redirects.length === 3, `${redirects.length} redirects of 3`);
  },
  async cookies({ client, site, i }) {
    const { cookies } = await client.get(`${site}/cookies/set?soak=${i}`).json<{ cookies: Record<string, string> }>();
    check(cookies['soak'] !== undefined, 'the cookie did not come back');
  },
  async retried({ client, site, i }) {
    const uri = `${site}/flaky?fail=1&status=503&key=${i}`;
    const { attempts } = await client.get(uri, { retry: { limit: 2, delay: () => 1, budget: false } });
    // More than two where the machine is so busy that one of them timed out.
    check(attempts >= 2, `${attempts} attempts`);
  },
  async coded({ client, site }) {
    const { method } = await client.get(`${site}/gzip`).json<{ method: string }>();
    check(method === 'GET', 'a decoded body is another');
  },
  async bomb({ client, site }) {
    await client.get(`${site}/bomb/gzip/8`);
    throw new WrongAnswer('a bomb was decoded');
  },
  async pool({ client, site, i }) {
    const uris = Array.from({ length: 5 }, (_, n) => `${site}/bytes/${n + (i % 10)}`);
    const results = await Pool.batch(client, uris, { concurrency: 2 });
    check(results.length === 5, `a pool of 5 gave ${results.length} results`);
  },
  async refused({ client, site }) {
    await client.get(`${site}/status/404`);
    throw new WrongAnswer('a 404 was a success');
  },
  async abort({ client, site, draw, i }) {
    const caller = new AbortController();
    const call = client.get(`${site}/delay/5000`, { signal: caller.signal });
    const timer = setTimeout(() => (i % 2 === 0 ? caller.abort(stopped) : call.cancel(stopped)), draw(20));
    await call.finally(() => clearTimeout(timer));
    throw new WrongAnswer('an aborted call was a success');
  },
  async 'abort within a body'({ client, site }) {
    const caller = new AbortController();
    const response = await client.get(`${site}/stall-in-body`, { stream: true, signal: caller.signal });
    setImmediate(() => caller.abort(stopped));
    await response.bytes();
    throw new WrongAnswer('an aborted body was complete');
  },
  async timeout({ client, site, i, shared }) {
    const limit = i % 2 === 0 ? { timeout: 30 } : { headersTimeout: 30 };
    await client.get(`${site}/stall`, { ...limit, signal: shared });
    throw new WrongAnswer('a call that nobody answers was a success');
  },
};

/** Acts over connections of HTTP/1.1. */
const faulty: Readonly<Record<string, Act>> = {
  async fault({ client, faults, draw, i, shared }) {
    const name = HARMFUL[draw(HARMFUL.length)]!;
    const response = await client.get(`${faults}/${name}`, {
      stream: i % 2 === 0,
      maxResponseSize: 100_000,
      signal: shared,
    });
    await response.bytes();
    throw new WrongAnswer(`${name} was a success`);
  },
  async oddity({ client, faults, draw }) {
    const name = HARMLESS[draw(HARMLESS.length)]!;
    const text = await client.get(`${faults}/${name}`).text();
    check(text === 'hello' || text === 'xxxxx', `${name} brought ${JSON.stringify(text)}`);
  },
};

/** Acts of the client with the handlers it chooses by itself. */
const whole: Readonly<Record<string, Act>> = {
  async download({ client, site, i }) {
    const path = join(tmpdir(), `sluice-soak-${process.pid}-${i}`);
    try {
      const { bytes } = await client.download(`${site}/bytes/50000`, path);
      check(bytes === 50_000, `a download brought ${bytes} bytes`);
    } finally {
      await rm(path, { force: true });
    }
  },
  async webSocket({ client, site, i }) {
    const socket = await client.upgrade(`${site.replace('http', 'ws')}/ws/echo`, { timeout: 5_000 });
    await socket.send(`message ${i}`);
    const message = await socket.receive({ timeout: 5_000 });
    check(message?.data === `message ${i}`, 'a WebSocket sent another message back');
    await socket.close();
  },
};

/** The acts of a client, each as often as another. */
export const mixes: Readonly<Record<'http2' | 'http1' | 'whole', readonly (readonly [string, Act])[]>> = {
  http2: Object.entries(plain),
  http1: Object.entries({ ...plain, ...faulty }),
  whole: Object.entries({ ...plain, ...faulty, ...whole }),
};
