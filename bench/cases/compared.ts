/** The cases that two builds of the library are compared in, and what is allowed there. */

import type { ClientOptions } from '../../src/client/client.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { type Session, type Settings, sharedSignal } from '../clients/client.ts';
import type { loadSluice } from '../clients/sluice.ts';
import { LARGE_BYTES } from '../site.ts';
import { CONNECTIONS, needed } from './case.ts';
import { getJson, isSmall, type Kind, kinds } from './requests.ts';

type Sluice = Awaited<ReturnType<typeof loadSluice>>;

/** What a contestant repeats. */
export interface CheckedSend {
  send(): Promise<unknown>;
  /**
   * Sends one more.
   * @throws Error when its answer is not what was sent
   */
  check(): Promise<unknown>;
}

export interface ComparedCase {
  readonly name: string;
  /** Requests under way at once. */
  readonly lanes: number;
  ours(library: Sluice, origin: string): Promise<CheckedSend>;
  /** What sends one over the server; undici does the same. `undefined` where no server takes part. */
  readonly kind?: Kind;
  /** What undici's plain GET is the measure for. */
  readonly likePlain?: boolean;
  /** At most so much of undici's CPU time, or over HTTP/2 of that of bare node:http2. */
  readonly goal?: number;
}

const bytes = (session: Session, url: string) => needed(session, 'bytes')(url);
const isSmallBytes = (answer: unknown) => isSmall(JSON.parse(new TextDecoder().decode(answer as Uint8Array)));
const pieces = (session: Session, url: string) => needed(session, 'pieces')(url);

/** Those that the large benchmark does not have. */
const more: readonly Kind[] = [
  { name: 'get-raw', title: 'GET of small JSON, as bytes', operation: bytes, check: isSmallBytes },
  {
    name: 'timeout-retry',
    title: 'a total timeout and retry on',
    wanted: () => ({ timeout: 60_000, retry: 2 }),
    likePlain: true,
  },
  {
    name: 'stream-64k',
    title: 'GET of 64 KiB, piece by piece',
    path: '/large',
    operation: pieces,
    check: (length) => {
      if (length !== LARGE_BYTES) throw new Error(`${length} bytes came`);
    },
  },
];

function overServer(name: string, goal?: number): ComparedCase {
  const kind = [...more, ...kinds].find((one) => one.name === name)!;
  return {
    name,
    kind,
    goal,
    lanes: kind.lanes ?? CONNECTIONS,
    ...(kind.likePlain && { likePlain: true }),
    async ours(library, origin) {
      const { sluice } = await import('../clients/sluice.ts');
      const session = await sluice.open(library, settingsOf(kind, origin));
      return operationOf(kind, session, origin);
    },
  };
}

export function settingsOf(kind: Kind, origin: string): Settings {
  return { origin, connections: CONNECTIONS, ...kind.wanted?.() };
}

/** Has checked its first answer. */
export async function operationOf(kind: Kind, session: Session, origin: string): Promise<CheckedSend> {
  const { operation = getJson, path = '/json', check: checkAnswer = isSmall } = kind;
  const send = () => operation(session, origin + path);
  const check = async () => checkAnswer(await send());
  await check();
  return { send, check };
}

interface Instant {
  readonly lanes: number;
  readonly status?: number;
  client?(): ClientOptions;
  call?(): RequestOptions;
}

/** No server: the client and its layers alone. */
function overInstant(name: string, { lanes, status = 200, client, call }: Instant): ComparedCase {
  return {
    name,
    lanes,
    async ours({ Client, HandlerStack, HttpResponse }) {
      const url = 'http://a.test/';
      const type = { 'content-type': 'application/json' };
      const answer = Promise.resolve(new HttpResponse(status, type, '{"a":1}', '1.1', 'OK', { url }));
      const own = new Client({ handler: HandlerStack.create(() => answer), ...client?.() });
      const checked = (send: () => Promise<unknown>): CheckedSend => ({ send, check: send });
      if (status >= 400) return checked(() => own.get(url).catch((error: unknown) => error));
      return checked(call === undefined ? () => own.get(url) : () => own.get(url, call()));
    },
  };
}

export const comparedCases: readonly ComparedCase[] = [
  overServer('get-raw', 0.85),
  overServer('get-json', 0.85),
  overServer('timeout-retry'),
  overServer('all-on', 1.2),
  overServer('not-found', 1.5),
  overServer('redirects', 1),
  overServer('post-json', 0.9),
  overServer('get-64k', 0.9),
  overServer('stream-64k'),
  overServer('http2', 1.1),
  overInstant('instant', { lanes: 1 }),
  overInstant('instant-all-on', { lanes: 1, client: () => ({ timeout: 60_000, signal: sharedSignal(), retry: 2 }) }),
  overInstant('instant-404', { lanes: 1, status: 404 }),
  overInstant('delay', { lanes: 1000, call: () => ({ delay: 1 }) }),
];
