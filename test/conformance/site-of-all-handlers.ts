/** What the conformance tests share: the handlers by name, and the test site. Public entries alone are used. */
import {
  Client,
  fetchHandler,
  type Handler,
  HandlerStack,
  nodeHttpHandler,
  streamHandler,
  undiciHandler,
} from 'sluice';
import { startServer, type TestServer } from 'sluice/testing';
import { afterAll, beforeAll } from 'vitest';

export const makers: readonly (readonly [name: string, make: () => Handler])[] = [
  ['undici', undiciHandler],
  ['node', nodeHttpHandler],
  ['stream', streamHandler],
  ['fetch', fetchHandler],
];

/** A server for the tests of a file; the getter is read inside a test. */
export function testSite(): { readonly server: TestServer } {
  let server: TestServer | undefined;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    await server?.close();
  });
  return {
    get server() {
      if (server === undefined) throw new Error('the site is up during tests only');
      return server;
    },
  };
}

/** A client with the default layers around one of the handlers. */
export function clientOver(
  make: () => Handler,
  server: TestServer,
  options: ConstructorParameters<typeof Client>[0] = {},
) {
  return new Client({ handler: HandlerStack.create(make()), baseUri: `${server.origin}/`, ...options });
}

/** Settles a promise to what it rejected with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('it did not reject');
}

export interface Echo {
  method: string;
  url: string;
  headers: Record<string, string>;
  rawHeaders: [string, string][];
  body: string;
}
