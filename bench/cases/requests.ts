/** One request again and again over 50 connections: with a body, over TLS, with each option on. */
import assert from 'node:assert/strict';
import { type Feature, type Session, type Settings, sharedSignal } from '../clients/client.ts';
import { BASELINE, clients } from '../clients/index.ts';
import type { Rows } from '../results.ts';
import { LARGE_BYTES, type Origins, type Seen, SMALL } from '../site.ts';
import { askSeen } from './asked.ts';
import {
  type Case,
  CONNECTIONS,
  type Contestant,
  type Context,
  clientsWith,
  type Figure,
  needed,
  PLAIN,
  PLAIN_EIGHT,
  TUNNEL,
} from './case.ts';
import { load } from './load.ts';

const figures: readonly Figure[] = [
  { key: 'cpu', title: 'CPU µs', ratio: true, digits: 1 },
  { key: 'perSecond', title: 'requests/s', ratio: true, digits: 0 },
];

type Wanted = Partial<Settings>;
type Operation = (session: Session, url: string) => Promise<unknown>;

/** One request, and what its answer has to be. */
export interface Kind {
  readonly name: string;
  readonly title: string;
  readonly note?: string;
  readonly path?: string;
  /** Default: `http` */
  readonly over?: keyof Origins;
  /** Requests under way at once. Default: as many as connections */
  readonly lanes?: number;
  /** At least before anything is measured, of what takes long. Default: the plan's */
  readonly warmUp?: number;
  readonly isProxied?: boolean;
  readonly features?: readonly Feature[];
  wanted?(): Wanted;
  operation?: Operation;
  /** Throws when the answer is not what was asked for. */
  check?(answer: unknown): void;
  /** Throws when the server has seen anything but what is to be measured. */
  proof?(seen: Seen, contestant: Contestant): void;
  /** More figures, out of what the server has seen. */
  readonly more?: readonly Figure[];
  counted?(seen: Seen): Record<string, number>;
  /** Beside the clients that can do it. */
  readonly others?: readonly Contestant[];
  /** The transfer is that of the plain GET, so that is what it is compared with. */
  readonly likePlain?: boolean;
}

export const getJson: Operation = (session, url) => session.json(url);
export const isSmall = (answer: unknown) => assert.deepEqual(answer, SMALL, 'another answer than was sent');

function isLarge(answer: unknown): void {
  const bytes = Buffer.from(answer as ArrayBuffer);
  assert.ok(bytes.equals(Buffer.alloc(LARGE_BYTES, 'x')), `other ${bytes.byteLength} bytes than were sent`);
}

export const kinds: readonly Kind[] = [
  { name: 'get-json', title: 'GET of small JSON, parsed' },
  {
    name: 'post-json',
    title: 'POST of small JSON, the answer parsed',
    operation: (session, url) => needed(session, 'post')(url, SMALL),
  },
  {
    name: 'get-64k',
    title: 'GET of 64 KiB into memory',
    path: '/large',
    operation: (session, url) => needed(session, 'bytes')(url),
    check: isLarge,
  },
  {
    name: 'get-gzip',
    title: 'GET of small JSON in gzip',
    path: '/gzip',
    features: ['gzip'],
    wanted: () => ({ gzip: true }),
  },
  {
    name: 'get-brotli',
    title: 'GET of small JSON in brotli',
    path: '/brotli',
    features: ['brotli'],
    wanted: () => ({ brotli: true }),
  },
  { name: 'https', title: 'GET of small JSON over kept-alive TLS', over: 'https' },
  {
    name: 'http2',
    title: 'GET of small JSON over HTTP/2',
    note: '100 streams at a time over one connection (TLS, ALPN), each answer parsed; the server tells how many connections there were.',
    over: 'http2',
    lanes: 100,
    features: ['http2'],
    wanted: () => ({ http2: true }),
    proof: ({ sessions }) => assert.equal(sessions, 1, `there were ${sessions} connections of HTTP/2 in place of one`),
  },
  {
    name: 'proxy',
    title: 'GET of small JSON through an HTTP proxy',
    note: "Requests of `http:` in absolute form, connections kept on both sides of the proxy; of undici `ProxyAgent` with `proxyTunnel: false`, and beside it with a tunnel by CONNECT, undici 7's own choice, in which the proxy only passes bytes on.",
    isProxied: true,
    features: ['proxy'],
    others: [TUNNEL],
    proof({ forwarded, tunnels }, { tunnel }) {
      assert.ok(tunnel ? tunnels > 0 && forwarded === 0 : tunnels === 0 && forwarded > 0, 'it went another way');
    },
  },
  {
    name: 'tls-cold',
    title: 'GET of small JSON, each over a new TLS connection',
    note: 'Connections are not kept, 8 at a time; sessions are resumed as each client does by itself, and the server tells how many were: undici 7 holds a session weakly, and a collection takes it.',
    over: 'https',
    lanes: 8,
    warmUp: 300,
    features: ['closing'],
    wanted: () => ({ closing: true }),
    proof({ connections }) {
      assert.ok(connections > 100, `there were only ${connections} connections`);
    },
    more: [{ key: 'resumed', title: 'resumed, %' }],
    counted: ({ connections, resumed }) => ({ resumed: (100 * resumed) / connections }),
  },
  {
    name: 'cookies-1',
    title: '1 cookie in the jar',
    features: ['cookies'],
    wanted: () => ({ cookies: 1 }),
    likePlain: true,
  },
  {
    name: 'cookies-100',
    title: '100 cookies in the jar, all for this host',
    features: ['cookies'],
    wanted: () => ({ cookies: 100 }),
    likePlain: true,
  },
  {
    name: 'redirects',
    title: '3 redirects',
    path: '/redirect/3',
    features: ['redirects'],
    wanted: () => ({ redirects: true }),
  },
  {
    name: 'not-found',
    title: '404 to an error',
    path: '/missing',
    features: ['errors'],
    wanted: () => ({ errors: true }),
    operation: (session, url) =>
      session.json(url).then(
        () => undefined,
        (error: unknown) => error,
      ),
    check: (answer) => assert.ok(answer instanceof Error && /404/.test(JSON.stringify(answer) + answer.message)),
  },
  {
    name: 'timeout',
    title: 'a total timeout set',
    features: ['timeout'],
    wanted: () => ({ timeout: 60_000 }),
    likePlain: true,
  },
  {
    name: 'signal',
    title: 'an abort signal shared by all',
    features: ['signal'],
    wanted: () => ({ signal: sharedSignal() }),
    likePlain: true,
  },
  { name: 'retry', title: 'retry on', features: ['retry'], wanted: () => ({ retry: 2 }), likePlain: true },
  {
    name: 'all-on',
    title: 'a cookie, a total timeout, a shared signal and retry all on',
    features: ['cookies', 'timeout', 'signal', 'retry'],
    wanted: () => ({ cookies: 1, timeout: 60_000, signal: sharedSignal(), retry: 2 }),
    likePlain: true,
  },
  {
    name: 'layers-10',
    title: '10 layers of the user',
    note: 'Layers, hooks, interceptors or middlewares, whatever the client has; each awaits once, but those of undici, which cannot.',
    features: ['layers'],
    wanted: () => ({ layers: 10 }),
    likePlain: true,
  },
];

/** For these every client is set up that has them. */
const TOLD: readonly Feature[] = ['gzip', 'redirects', 'errors', 'cookies', 'timeout', 'signal', 'retry', 'layers'];

export const requests: readonly Case[] = kinds.map((kind) => ({
  name: kind.name,
  title: kind.title,
  note: kind.note,
  figures: [...figures, ...(kind.more ?? [])],
  isTls: kind.over === 'https' || kind.over === 'http2',
  isWindowed: true,
  tellsUnable: kind.features?.every((feature) => TOLD.includes(feature)) ?? false,
  contestants: [...(kind.likePlain ? [PLAIN, PLAIN_EIGHT] : []), ...clientsWith(kind.features), ...(kind.others ?? [])],
  baseline: kind.likePlain ? PLAIN.row : BASELINE,
  run: (contestant: Contestant, context: Context) => run(kind, contestant, context),
}));

const PLAIN_KIND: Kind = kinds[0]!;

async function run(kind: Kind, contestant: Contestant, { origins, plan }: Context): Promise<Rows[]> {
  const { operation = getJson, check = isSmall, path = '/json', wanted } = contestant.plain ? PLAIN_KIND : kind;
  const client = clients[contestant.client]!;
  const url = origins[kind.over ?? 'http'] + path;
  const tells = kind.proof !== undefined;
  // Before it is opened: some connect at once.
  if (tells) await askSeen(origins);
  const session = await client.open(await client.load(), {
    origin: origins[kind.over ?? 'http'],
    connections: CONNECTIONS,
    tunnel: contestant.tunnel,
    ...(kind.isProxied && { proxy: origins.proxy }),
    ...wanted?.(),
  });
  check(await operation(session, url));
  const { warmUp = plan.warmUp, lanes } = kind;
  const loads = await load(() => operation(session, url), { ...plan, warmUp }, lanes);
  check(await operation(session, url));
  const seen = tells ? await askSeen(origins) : undefined;
  if (seen !== undefined) kind.proof?.(seen, contestant);
  const counted = seen && kind.counted?.(seen);
  return loads.map((found) => ({ [contestant.row]: { ...found, ...counted } }));
}
