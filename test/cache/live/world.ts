/** One rule as a play of requests over real HTTP, between `client.fetch` with a cache and an origin that answers as written. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { memoryCache } from '../../../src/cache/index.ts';
import { Client } from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';
import { date, START } from '../cached.ts';

export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** What the origin answers. A function is told the seconds since the start, for dates. */
export interface Given {
  readonly status?: number;
  readonly head?: Fields | ((now: number) => Fields);
  readonly body?: string;
  /** The connection closes: before an answer, or behind what is written of the body. */
  readonly closes?: boolean;
  /** A 103 comes before. */
  readonly hints?: boolean;
  /** Seconds that go by before the answer. */
  readonly takes?: number;
}

/** `hit`: from the store; `asked`: the origin's; `confirmed`: the stored one, and the origin was asked with a condition. */
export type Outcome = 'hit' | 'asked' | 'confirmed' | 'failed';

export interface Step {
  /** Seconds that go by before. */
  readonly after?: number;
  readonly method?: string;
  readonly path?: string;
  readonly send?: Readonly<Record<string, string>>;
  readonly given?: Given;
  /** Several where the rules leave it open. */
  readonly is?: Outcome | readonly Outcome[];
  readonly status?: number;
  /** Fields of the answer; `null` for none. */
  readonly shows?: Readonly<Record<string, string | null>>;
  readonly body?: string;
  /** Fields of the request as the origin sees it; `null` for none. */
  readonly sees?: Readonly<Record<string, string | null>>;
}

interface Origin {
  readonly server: Server;
  readonly url: string;
  /** By the path of a play. */
  readonly plays: Map<string, (request: IncomingMessage, response: ServerResponse) => void>;
}

export async function liveOrigin(): Promise<Origin> {
  const plays: Origin['plays'] = new Map();
  const server = createServer((request, response) => {
    const play = plays.get(/^\/\d+/.exec(request.url ?? '')?.[0] ?? '');
    if (play === undefined) response.writeHead(500).end('no such play');
    else play(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, plays };
}

let count = 0;

/** Plays the steps; gives what went otherwise than written, in words. */
export async function play(origin: Origin, steps: readonly Step[], shared: boolean): Promise<string[]> {
  count += 1;
  const base = `/${count}`;
  const clock = new FakeClock(START);
  await using client = new Client({ cache: memoryCache({ shared }), clock });
  const asked: IncomingMessage[] = [];
  const wrong: string[] = [];
  let given: Given = {};
  origin.plays.set(base, async (request, response) => {
    asked.push(request);
    await clock.advance((given.takes ?? 0) * 1000);
    answer(request, response, given, clock, asked.length);
  });
  for (const [at, step] of steps.entries()) {
    await clock.advance((step.after ?? 0) * 1000);
    given = step.given ?? { head: { 'Cache-Control': 'max-age=0' } };
    const before = asked.length;
    const { method = 'GET', path = '/', send = {} } = step;
    const url = `${origin.url}${base}${path}`;
    const init = { method, headers: send, redirect: 'manual' as const };
    const got = await client
      .fetch(url, init)
      .then(async (response) => ({ response, body: await response.text() }))
      .catch(() => undefined);
    const request = asked.length > before ? asked.at(-1) : undefined;
    const outcome = got === undefined ? 'failed' : outcomeOf(request, got.body, before);
    const told = (what: string) => wrong.push(`step ${at + 1}: ${what}`);
    if (step.is !== undefined && ![step.is].flat().includes(outcome)) told(`${outcome} and not ${step.is}`);
    if (step.status !== undefined && got?.response.status !== step.status) told(`status ${got?.response.status}`);
    if (step.body !== undefined && got?.body !== step.body) told(`body ${JSON.stringify(got?.body)}`);
    for (const [name, value] of Object.entries(step.shows ?? {})) {
      const found = got?.response.headers.get(name) ?? null;
      if (found !== value) told(`${name}: ${found}`);
    }
    for (const [name, value] of Object.entries(step.sees ?? {})) {
      const found = request?.headers[name.toLowerCase()] ?? null;
      if (found !== value) told(`the origin sees ${name}: ${String(found)}`);
    }
  }
  origin.plays.delete(base);
  return wrong;
}

/** Every body of the origin says at which request it was made, unless a step says otherwise. */
function outcomeOf(request: IncomingMessage | undefined, body: string, before: number): Outcome {
  if (request === undefined) return 'hit';
  const isConditional = ['if-none-match', 'if-modified-since', 'if-range'].some((name) => name in request.headers);
  const made = /^made (\d+)/.exec(body)?.[1];
  return isConditional && made !== undefined && Number(made) <= before ? 'confirmed' : 'asked';
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { status = 200, head = {}, body, closes, hints }: Given,
  clock: FakeClock,
  number: number,
): void {
  if (hints) response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' });
  const fields = typeof head === 'function' ? head((clock.now() - START) / 1000) : head;
  response.sendDate = false;
  const dated = 'Date' in fields ? fields : { Date: date(clock.now()), ...fields };
  const lines = Object.entries(dated).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => (one === '' ? [] : [[name, one] as const])),
  );
  const isEmpty = status === 204 || status === 304 || request.method === 'HEAD';
  const text = body ?? `made ${number}`;
  if (closes && body === undefined) return void request.socket.destroy();
  response.writeHead(status, lines.flat() as string[]);
  if (!closes) return void response.end(isEmpty ? undefined : text);
  response.write(text, () => request.socket.destroy());
}
