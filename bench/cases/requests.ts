/** One request again and again over 50 connections: with a body, over TLS, with each option on. */
import assert from 'node:assert/strict';
import { type Feature, type Session, type Settings, sharedSignal } from '../clients/client.ts';
import { BASELINE, clients } from '../clients/index.ts';
import { LARGE_BYTES, SMALL } from '../site.ts';
import { type Case, CONNECTIONS, type Contestant, clientsWith, type Figure, needed, PLAIN } from './case.ts';
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
  readonly isTls?: boolean;
  readonly features?: readonly Feature[];
  wanted?(): Wanted;
  operation?: Operation;
  /** Throws when the answer is not what was asked for. */
  check?(answer: unknown): void;
  /** The transfer is that of the plain GET, so that is what it is compared with. */
  readonly likePlain?: boolean;
}

const getJson: Operation = (session, url) => session.json(url);
const isSmall = (answer: unknown) => assert.deepEqual(answer, SMALL);

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
    check: (answer) => assert.equal((answer as ArrayBuffer).byteLength, LARGE_BYTES),
  },
  {
    name: 'get-gzip',
    title: 'GET of small JSON in gzip',
    path: '/gzip',
    features: ['gzip'],
    wanted: () => ({ gzip: true }),
  },
  { name: 'https', title: 'GET of small JSON over kept-alive TLS', isTls: true },
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
    wanted: () => ({ timeout: 10_000 }),
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
    wanted: () => ({ cookies: 1, timeout: 10_000, signal: sharedSignal(), retry: 2 }),
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

export const requests: readonly Case[] = kinds.map((kind) => ({
  name: kind.name,
  title: kind.title,
  note: kind.note,
  figures,
  isTls: kind.isTls,
  contestants: [...(kind.likePlain ? [PLAIN] : []), ...clientsWith(kind.features)],
  baseline: kind.likePlain ? PLAIN.row : BASELINE,
  async run(contestant: Contestant, { origins, plan }) {
    const { operation = getJson, check = isSmall, path = '/json', wanted } = contestant.plain ? PLAIN_KIND : kind;
    const client = clients[contestant.client]!;
    const origin = kind.isTls ? origins.https : origins.http;
    const session = await client.open(await client.load(), { origin, connections: CONNECTIONS, ...wanted?.() });
    check(await operation(session, origin + path));
    return { [contestant.row]: await load(() => operation(session, origin + path), plan) };
  },
}));

const PLAIN_KIND: Kind = kinds[0]!;
