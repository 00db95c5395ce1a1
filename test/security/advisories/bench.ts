/** What the tests of advisories share: the shape of a row, and servers for each handler. */
import { Client, type ClientOptions } from '../../../src/client/client.ts';
import type { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { HandlerStack } from '../../../src/stack/handler-stack.ts';
import { type Script, startScriptedServer } from '../../../src/testing/scripted-server.ts';
import { type RecordedRequest, startServer, type TestServer } from '../../../src/testing/server.ts';
import { answering } from '../../support/fake-handler.ts';
import { matrixHandlers } from '../fault-cells.ts';

/** One published flaw of a client like this one, and the proof that it is not here. */
export interface Advisory {
  readonly id: string;
  readonly client: string;
  /** What it was. */
  readonly flaw: string;
  /** What is tested here, as the name of the test. */
  readonly test: string;
  /** Throws when the flaw is here. */
  readonly check: () => Promise<void> | void;
}

/** Handlers that make their own connections, and so take options of the connection. */
export const OWN = ['undici', 'node:http', 'stream'] as const;
export const ALL = Object.keys(matrixHandlers);

/** Runs for each handler with a client of its own. */
export async function each(
  run: (client: Client, handler: string) => Promise<void>,
  options: ClientOptions = {},
  names: readonly string[] = ALL,
): Promise<void> {
  for (const name of names) {
    const client = new Client({ handler: HandlerStack.create(matrixHandlers[name]!()), ...options });
    try {
      await run(client, name);
    } finally {
      await client.destroy();
    }
  }
}

/** A client with all layers whose answers come from memory. */
export function inMemory(...answers: Parameters<typeof answering>) {
  const { handler, asked, requests } = answering(...answers);
  const client = (options: ClientOptions = {}) => new Client({ handler: HandlerStack.create(handler), ...options });
  return { client, asked, requests };
}

/** What a fake handler is asked for a call that is sent over a chain of redirects. */
export async function redirected(
  start: string,
  locations: readonly string[],
  options: RequestOptions = {},
  { status = 302, method = 'GET' } = {},
): Promise<readonly HttpRequest[]> {
  const hops = locations.map((location) => new HttpResponse(status, { Location: location }));
  const { client, requests } = inMemory(...hops, new HttpResponse(200));
  await client().request(method, start, options);
  return requests();
}

/** How the call of `crossing` is made. */
export interface Crossing {
  readonly status?: number;
  readonly send?: (client: Client, url: string) => Promise<unknown>;
  readonly names?: readonly string[];
}

/** Sends, over each handler, what one origin redirects to another, and gives all that the other received. */
export async function crossing(options: RequestOptions, how: Crossing = {}): Promise<RecordedRequest[]> {
  const { status = 302, names = ALL, send = (client, url) => client.get(url, options) } = how;
  const got: RecordedRequest[] = [];
  await withServers(2, async ([first, second]) => {
    const target = encodeURIComponent(second!.url('/echo'));
    await each(
      (client) => send(client, first!.url(`/redirect-to?status=${status}&url=${target}`)).then(() => {}),
      {},
      names,
    );
    got.push(...second!.requests);
  });
  if (got.length !== names.length) throw new Error(`${got.length} of ${names.length} handlers followed the redirect`);
  return got;
}

export async function withServers(
  count: number,
  run: (servers: readonly TestServer[]) => Promise<void>,
): Promise<void> {
  const servers = await Promise.all(Array.from({ length: count }, () => startServer()));
  try {
    await run(servers);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** Plays a script to each handler in turn. */
export async function playing(
  script: () => Script,
  run: (client: Client, url: string, handler: string) => Promise<void>,
  options: ClientOptions = {},
  names: readonly string[] = ALL,
): Promise<void> {
  await each(
    async (client, handler) => {
      const server = await startScriptedServer(script());
      try {
        await run(client, server.url('/'), handler);
      } finally {
        await server.close();
      }
    },
    options,
    names,
  );
}
